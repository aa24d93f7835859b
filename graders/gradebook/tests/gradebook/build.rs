//! Courses, students and attempts, in few words.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use tito_grade::{DataUsed, SeedUsed, Status};
use tito_gradebook::{
    Attempt, Attempts, Case, CheckMarks, Conditions, Counts, CriterionMarks, Given, Gradebook, Graded, Late,
    Marks, MilestoneRules, Outcome, Record, Rules, Student, TimeFrom,
};

/// When milestone 1 is due.
pub(crate) fn due() -> Timestamp {
    "2026-10-01T23:59:00Z".parse().expect("it is a time")
}

/// So many hours after milestone 1 was due.
pub(crate) fn after(hours: f64) -> Timestamp {
    due() + SignedDuration::from_secs((hours * 3600.0).round() as i64)
}

/// A course of five milestones, the first due on [`due`] and every other 30 days after the one before it.
pub(crate) fn rules() -> Rules {
    let milestones = [15.0, 20.0, 25.0, 20.0, 20.0].into_iter().zip(1..);
    Rules {
        course: "Course".into(),
        class: "class".into(),
        milestones: milestones.map(|(weight, number)| milestone(number, weight)).collect(),
        late: Late::default(),
        attempts: Attempts::default(),
    }
}

fn milestone(number: u32, weight: f64) -> MilestoneRules {
    MilestoneRules {
        number,
        name: format!("Milestone {number}"),
        weight,
        due: Some(after(f64::from(number - 1) * 30.0 * 24.0)),
        benchmark: None,
        data: None,
    }
}

/// The same with other attempts.
pub(crate) fn counting(counts: Counts, at_most: Option<u32>) -> Rules {
    Rules { attempts: Attempts { counts, at_most }, ..rules() }
}

/// Somebody with these attempts at milestone 1, whose submissions are called `a`, `b` and so forth.
pub(crate) fn student(attempts: Vec<Attempt>) -> Record {
    let named = attempts.into_iter().zip('a'..);
    let attempts = named.map(|(attempt, name)| Attempt { submission: name.into(), ..attempt }).collect();
    let case = Case { attempts, ..Case::default() };
    Record {
        student: Student { id: "ada".into(), name: "Ada".into(), ..Student::default() },
        milestones: BTreeMap::from([(1, case)]),
        ..Record::default()
    }
}

/// An attempt that was handed in so many hours after it was due and has these checks, a name with a score each, in one
/// criterion.
pub(crate) fn attempt(hours: f64, checks: &[(&str, f64)]) -> Attempt {
    outcome(hours, Outcome::Graded(marks(checks)))
}

/// An attempt whose one check reached this score out of 100.
pub(crate) fn reached(hours: f64, score: f64) -> Attempt {
    attempt(hours, &[("dense", score / 100.0)])
}

/// An attempt that ended like this.
pub(crate) fn outcome(hours: f64, outcome: Outcome) -> Attempt {
    let graded = Graded { at: after(hours), conditions: conditions(), outcome, observed: None };
    Attempt { gradings: vec![graded], ..waiting(hours) }
}

/// An attempt that is not graded.
pub(crate) fn waiting(hours: f64) -> Attempt {
    Attempt {
        submission: "a".into(),
        component: None,
        arrival: 0,
        submitted: after(hours),
        time_from: TimeFrom::Told,
        retimed: None,
        voided: None,
        gradings: Vec::new(),
        scored: BTreeMap::new(),
    }
}

/// One that was refused.
pub(crate) fn refused(hours: f64) -> Attempt {
    outcome(hours, Outcome::Refused { rule: "function-locals".into(), message: "too many locals".into() })
}

/// One that kills whatever runs it.
pub(crate) fn quarantined(hours: f64) -> Attempt {
    outcome(hours, Outcome::Quarantined { deaths: vec!["abort".into()] })
}

/// Checks of equal weight in one criterion. One whose name begins with `?` awaits review.
pub(crate) fn marks(checks: &[(&str, f64)]) -> Marks {
    let checks = checks.iter().map(|(name, score)| CheckMarks {
        name: name.trim_start_matches('?').into(),
        weight: 1.0,
        status: match name.starts_with('?') {
            true => Status::AwaitingReview,
            false if *score >= 1.0 => Status::Passed,
            false => Status::Failed,
        },
        score: *score,
    });
    let criterion = CriterionMarks { name: "Correctness".into(), share: 100.0, checks: checks.collect() };
    Marks { grade: "00".into(), criteria: vec![criterion], measures: BTreeMap::new() }
}

/// Something that Prof. gave because of illness.
pub(crate) fn given<T>(value: T) -> Given<T> {
    Given { value, reason: "illness".into(), by: "prof".into(), at: due() }
}

/// By what everything here was graded.
pub(crate) fn conditions() -> Conditions {
    let data =
        DataUsed { name: "tinydigits".into(), examples: 1, stands_in_for: None, imported_sha256: None };
    Conditions {
        grader: "0".into(),
        engine: "0".into(),
        seed: SeedUsed::Public,
        data,
        vision: None,
        limits: "0".into(),
        rubric: "0".into(),
    }
}

/// A class of these by their ids, in the course of [`rules`].
pub(crate) fn class_of(students: impl IntoIterator<Item = (String, Record)>) -> Gradebook {
    let mut gradebook = Gradebook::default();
    gradebook.rules = Some(rules());
    gradebook.students.extend(students);
    gradebook
}
