//! What whole courses give.

use jiff::Timestamp;
use tito_gradebook::{Case, Late, Record, Rules, course};

use crate::build::{after, given, quarantined, reached, rules, student, waiting};

/// Long after everything.
fn end() -> Timestamp {
    after(1e4)
}

/// Somebody with one case for every milestone.
fn with(cases: Vec<Case>) -> Record {
    Record { milestones: (1..).zip(cases).collect(), ..student(vec![]) }
}

fn of(score: f64) -> Case {
    Case { overridden: Some(given(score)), ..Case::default() }
}

fn excused() -> Case {
    Case { excused: Some(given(())), ..Case::default() }
}

fn check(rules: &Rules, record: &Record, now: Timestamp, score: Option<f64>, of: f64, out_of: f64) {
    let grade = course(rules, record, now);
    let lines = &grade.lines;
    assert_eq!((grade.of, grade.out_of), (of, out_of), "{lines:#?}");
    let is_near = grade.score.zip(score).map(|(found, expected)| (found - expected).abs() < 1e-8);
    assert!(is_near.unwrap_or(grade.score == score), "{:?} is not {score:?}: {lines:#?}", grade.score);
    assert_eq!(lines.last().map(|line| line.score), (!lines.is_empty()).then_some(grade.score), "{lines:#?}");
}

#[test]
fn milestones_are_weighted_over_those_that_are_decided() {
    let pending = |attempt| Case { attempts: vec![attempt], ..Case::default() };
    let before = after(-1.0);
    for (cases, now, score, of, out_of) in [
        (vec![], before, None, 0.0, 100.0),
        (vec![of(80.0)], before, Some(80.0), 15.0, 100.0),
        (vec![of(80.0), of(45.0)], before, Some((80.0 * 15.0 + 45.0 * 20.0) / 35.0), 35.0, 100.0),
        (vec![of(80.0), excused()], before, Some(80.0), 15.0, 80.0),
        (vec![pending(waiting(0.0)), of(45.0)], end(), Some(45.0 * 20.0 / 85.0), 85.0, 100.0),
        (vec![pending(quarantined(0.0)), of(45.0)], before, Some(45.0), 20.0, 100.0),
        (vec![], end(), Some(0.0), 100.0, 100.0),
        (vec![excused(), excused(), excused(), excused(), excused()], end(), None, 0.0, 0.0),
    ] {
        check(&rules(), &with(cases), now, score, of, out_of);
    }
}

#[test]
fn what_is_missing_counts_once_it_is_closed() {
    let never = Rules { late: Late { closes_after_days: None, ..Late::default() }, ..rules() };
    let mut undue = rules();
    undue.milestones.iter_mut().for_each(|milestone| milestone.due = None);
    let week = 24.0 * 7.0;
    for (rules, extension, hours, decided) in [
        (&rules(), 0.0, week, 0.0),
        (&rules(), 0.0, week + 0.1, 15.0),
        (&rules(), 2.0, week + 0.1, 0.0),
        (&rules(), 2.0, week + 48.1, 15.0),
        (&never, 0.0, 0.1, 0.0),
        (&never, 0.0, 0.2, 15.0),
        (&undue, 0.0, 1e4, 0.0),
    ] {
        let record = Record { extension: Some(given(extension)), ..student(vec![]) };
        check(rules, &record, after(hours), (decided > 0.0).then_some(0.0), decided, 100.0);
    }
}

#[test]
fn a_course_without_milestones_or_with_mad_weights_has_a_number_or_none() {
    let empty = Rules { milestones: vec![], ..rules() };
    check(&empty, &student(vec![]), end(), None, 0.0, 0.0);
    let mut mad = rules();
    for (milestone, weight) in mad.milestones.iter_mut().zip([f64::NAN, f64::INFINITY, -1.0, 0.0, 100.0]) {
        milestone.weight = weight;
    }
    check(
        &mad,
        &with(vec![of(10.0), of(20.0), of(30.0), of(40.0), of(50.0)]),
        end(),
        Some(35.0),
        200.0,
        200.0,
    );
}

#[test]
fn the_student_reads_what_every_milestone_gives() {
    let attempts = vec![reached(-1.0, 80.0)];
    let mut record = with(vec![Case { attempts, ..Case::default() }, excused()]);
    record.milestones.insert(4, Case { attempts: vec![waiting(0.0)], ..Case::default() });
    record.milestones.insert(5, Case { attempts: vec![quarantined(0.0)], ..Case::default() });
    let lines: Vec<_> =
        course(&rules(), &record, after(0.0)).lines.into_iter().map(|line| line.text).collect();
    assert_eq!(
        lines,
        [
            "1. Milestone 1 gives 80.0, at 15 % of the course.",
            "2. Milestone 2 does not count, since it was excused.",
            "3. Milestone 3 does not count yet: nothing was handed in, and it is still open.",
            "4. Milestone 4 does not count yet, since it is not graded.",
            "5. Milestone 5 does not count yet, since a person must look at it.",
        ]
    );
}
