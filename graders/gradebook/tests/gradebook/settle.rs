//! What single milestones are settled to, and what the student reads.

use tito_gradebook::{Attempt, Counts, Late, Outcome, Record, Rules, Settled, State, TimeFrom, settle};

use crate::build::{
    attempt, counting, given, outcome, quarantined, reached, refused, rules, student, waiting,
};

fn settled(rules: &Rules, record: &Record) -> Settled {
    settle(rules, &rules.milestones[0], record)
}

fn check(rules: &Rules, record: &Record, state: State, score: impl Into<Option<f64>>) {
    let settled = settled(rules, record);
    let (score, lines) = (score.into(), &settled.lines);
    assert_eq!(settled.state, state, "{lines:#?}");
    let is_near = settled.score.zip(score).map(|(found, expected)| (found - expected).abs() < 1e-9);
    assert!(is_near.unwrap_or(settled.score == score), "{:?} is not {score:?}: {lines:#?}", settled.score);
    assert_eq!(settled.lines.last().map(|line| line.score), Some(settled.score), "{lines:#?}");
}

#[test]
fn lateness_is_counted_in_begun_days_of_what_was_reached() {
    for (hours, score) in [
        (-1.0, 80.0),
        (0.0, 80.0),
        (10.0 / 60.0, 80.0),
        (11.0 / 60.0, 72.0),
        (24.0, 72.0),
        (24.1, 64.0),
        (24.0 * 4.0 + 1.0, 40.0),
        (24.0 * 7.0, 40.0),
        (24.0 * 7.0 + 1.0, 0.0),
    ] {
        check(&rules(), &student(vec![reached(hours, 80.0)]), State::Graded, score);
    }
}

#[test]
fn the_longer_extension_holds() {
    for (own, all, score) in [
        (None, None, 64.0),
        (Some(1.0), None, 72.0),
        (None, Some(1.0), 72.0),
        (Some(2.0), Some(0.5), 80.0),
        (Some(0.5), Some(2.0), 80.0),
        (Some(1.0), Some(1.0), 72.0),
        (Some(f64::NAN), Some(-3.0), 64.0),
        (Some(f64::INFINITY), None, 80.0),
    ] {
        let mut record = student(vec![reached(25.0, 80.0)]);
        record.extension = all.map(given);
        record.milestones.get_mut(&1).expect("it has one").extension = own.map(given);
        check(&rules(), &record, State::Graded, score);
    }
}

#[test]
fn what_was_not_marked_late_or_is_never_due_is_on_time() {
    let unmarked = Attempt { time_from: TimeFrom::NotMarkedLate, ..reached(100.0, 80.0) };
    check(&rules(), &student(vec![unmarked]), State::Graded, 80.0);
    let mut rules = rules();
    rules.milestones[0].due = None;
    check(&rules, &student(vec![reached(1e5, 80.0)]), State::Graded, 80.0);
}

#[test]
fn the_attempt_that_counts_is_chosen_after_lateness() {
    let late = || vec![reached(-1.0, 70.0), reached(25.0, 85.0), reached(-1.0, 60.0)];
    let (best, last) = (Counts::Best, Counts::Last);
    for (counts, at_most, attempts, score, submission) in [
        (best, None, late(), 70.0, "a"),
        (last, None, late(), 60.0, "c"),
        (last, Some(2), late(), 68.0, "b"),
        (best, None, vec![reached(-1.0, 70.0), reached(-1.0, 70.0)], 70.0, "a"),
        (last, None, vec![reached(-1.0, 70.0), quarantined(0.0)], 70.0, "a"),
        (last, None, vec![reached(-1.0, 70.0), waiting(0.0)], 70.0, "a"),
        (last, None, vec![reached(-1.0, 70.0), refused(0.0)], 0.0, "b"),
        (best, None, vec![quarantined(0.0), refused(0.0)], 0.0, "b"),
    ] {
        let (rules, record) = (counting(counts, at_most), student(attempts));
        check(&rules, &record, State::Graded, score);
        assert_eq!(settled(&rules, &record).submission.as_deref(), Some(submission));
    }
}

#[test]
fn without_a_score_the_state_says_why() {
    for (at_most, attempts, state) in [
        (None, vec![], State::Missing),
        (Some(0), vec![reached(-1.0, 70.0)], State::Missing),
        (None, vec![waiting(0.0)], State::Waiting),
        (None, vec![quarantined(0.0)], State::Quarantined),
        (None, vec![waiting(0.0), quarantined(0.0), waiting(0.0)], State::Quarantined),
    ] {
        check(&counting(Counts::Best, at_most), &student(attempts), state, None);
    }
    check(&rules(), &Record::default(), State::Missing, None);
}

#[test]
fn people_decide_last() {
    for (excused, set, state, score) in [
        (false, Some(91.0), State::Graded, Some(91.0)),
        (false, Some(f64::NAN), State::Graded, Some(0.0)),
        (false, Some(1e9), State::Graded, Some(100.0)),
        (true, Some(91.0), State::Excused, None),
        (true, None, State::Excused, None),
    ] {
        for attempts in [vec![], vec![reached(0.0, 50.0)], vec![quarantined(0.0)]] {
            let mut record = student(attempts);
            let case = record.milestones.get_mut(&1).expect("it has one");
            (case.excused, case.overridden) = (excused.then(|| given(())), set.map(given));
            check(&rules(), &record, state, score);
        }
    }
}

#[test]
fn points_of_people_replace_what_awaits_them() {
    let essay = |score: f64| attempt(-1.0, &[("dense", 1.0), ("?essay", score)]);
    let scored = |points: f64| {
        let mut attempt = essay(0.9);
        attempt.scored.insert("essay".into(), given(points));
        attempt
    };
    let mut corrected = attempt(-1.0, &[("dense", 0.2), ("relu", 1.0)]);
    corrected.scored.insert("dense".into(), given(0.8));
    let decided = attempt(-1.0, &[("dense", 1.0), ("essay", 0.0)]);
    for (attempts, score, provisional) in [
        (vec![essay(0.5)], 100.0, true),
        (vec![scored(0.5)], 75.0, false),
        (vec![scored(f64::NAN)], 50.0, false),
        (vec![scored(7.0)], 100.0, false),
        (vec![scored(0.5), essay(0.1)], 75.0, true),
        (vec![scored(0.2), scored(0.5), essay(0.1)], 75.0, true),
        (vec![scored(0.2), scored(0.5)], 75.0, false),
        (vec![scored(0.5), decided], 50.0, false),
        (vec![corrected], 90.0, false),
    ] {
        let (rules, record) = (counting(Counts::Last, None), student(attempts));
        check(&rules, &record, State::Graded, score);
        assert_eq!(settled(&rules, &record).provisional, provisional);
    }
}

#[test]
fn points_for_an_earlier_attempt_are_said_to_be_kept() {
    let essays = || attempt(-1.0, &[("dense", 1.0), ("?essay", 0.0), ("?curves", 0.0)]);
    let mut first = essays();
    first.scored.insert("essay".into(), given(0.5));
    first.scored.insert("curves".into(), given(1.0));
    let read = settled(&counting(Counts::Last, None), &student(vec![first, essays()]));
    let kept = "Points given for attempt 1 are kept until attempt 2 is reviewed.";
    assert_eq!(read.lines.iter().filter(|line| line.text == kept).count(), 1, "{:#?}", read.lines);
}

#[test]
fn nobody_is_named_who_set_a_score() {
    let mut record = student(vec![]);
    record.milestones.get_mut(&1).expect("it has one").overridden = Some(given(85.0));
    let last = settled(&rules(), &record).lines.pop().map(|line| line.text);
    assert_eq!(last.as_deref(), Some("A person set it to 85.0: illness"));
}

#[test]
fn a_later_attempt_without_a_score_makes_the_last_provisional_but_not_the_best() {
    for (counts, provisional) in [(Counts::Last, true), (Counts::Best, false)] {
        let record = student(vec![reached(-1.0, 70.0), waiting(0.0)]);
        assert_eq!(settled(&counting(counts, None), &record).provisional, provisional);
    }
}

#[test]
fn the_student_reads_every_step() {
    let mut essay = attempt(28.0, &[("dense", 0.846), ("?essay", 0.1), ("?curves", 0.1)]);
    essay.scored.insert("essay".into(), given(0.5));
    essay.scored.insert("style".into(), given(0.5));
    let attempts = vec![reached(-1.0, 40.0), essay, quarantined(30.0), refused(40.0), waiting(50.0)];
    let mut record = student(attempts);
    record.milestones.get_mut(&1).expect("it has one").extension = Some(given(1.0));
    let read = settled(&counting(Counts::Best, Some(4)), &record);
    let lines: Vec<_> = read.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        lines,
        [
            "Attempt 5 was not looked at, since 4 may be made.",
            "Attempt 1 of 4 gives 40.0: it was handed in on 2026-10-01T22:59:00Z.",
            "Attempt 3 of 4 has no score, since whatever runs it dies; a person must look at it: it was handed in on \
             2026-10-03T05:59:00Z.",
            "Attempt 4 of 4 gives 0.0: it was handed in on 2026-10-03T15:59:00Z.",
            "Attempt 2 of 4 counts, the best after lateness: it was handed in on 2026-10-03T03:59:00Z.",
            "What was checked gives 84.6 of 100.",
            "A person gave 0.5 of 1 for `essay`: illness",
            "Points were given for `style`, which the milestone no longer has.",
            "Does not count yet, since it awaits review by a person: `curves`.",
            "1 begun day late (due 2026-10-01T23:59:00Z, extended by 1 day: illness): 10 % taken, 67.3 → 60.5.",
        ]
    );
}

#[test]
fn special_cases_are_told_in_words() {
    let hard = Rules { late: Late { closes_after_days: Some(1), ..Late::default() }, ..rules() };
    let floor = Rules { late: Late { percent_per_day: 30.0, ..Late::default() }, ..rules() };
    let export = Attempt { time_from: TimeFrom::NotMarkedLate, ..reached(0.0, 50.0) };
    let receipt = Attempt { time_from: TimeFrom::Receipt, ..reached(-0.5, 50.0) };
    for (rules, attempts, told) in [
        (
            &hard,
            vec![reached(25.0, 80.0)],
            "2 begun days late (due 2026-10-01T23:59:00Z): nothing is taken more than 1 day after that.",
        ),
        (
            &floor,
            vec![reached(25.0, 80.0)],
            "2 begun days late (due 2026-10-01T23:59:00Z): 50 % taken, the most that lateness takes, 80.0 → 40.0.",
        ),
        (
            &hard,
            vec![refused(0.0)],
            "It was refused by the rule `function-locals`, and gives nothing: too many locals",
        ),
        (&hard, vec![export], "The one attempt counts: it was not marked as late where it was handed in."),
        (
            &hard,
            vec![receipt],
            "The one attempt counts: it was received on 2026-10-01T23:29:00Z, and no earlier time is known.",
        ),
        (&hard, vec![], "Nothing was handed in."),
    ] {
        let settled = settled(rules, &student(attempts));
        assert!(settled.lines.iter().any(|line| line.text == told), "{told}: {:#?}", settled.lines);
    }
}

#[test]
fn the_grading_that_holds_is_the_last() {
    let mut regraded = reached(-1.0, 40.0);
    regraded.gradings.extend(reached(-1.0, 90.0).gradings);
    check(&rules(), &student(vec![regraded]), State::Graded, 90.0);
    let mut dead = reached(-1.0, 40.0);
    dead.gradings.extend(outcome(0.0, Outcome::Quarantined { deaths: vec![] }).gradings);
    check(&rules(), &student(vec![dead]), State::Quarantined, None);
}
