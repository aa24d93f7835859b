//! Writes a course with as many attempts as one wants, to see how commands do on a large one:
//!
//! ```sh
//! cargo run --release -p tito-course --example term -- /tmp/term 10000
//! time tito assessment analyze --course /tmp/term --milestone 4
//! ```

use std::{env, path::Path};

use jiff::{SignedDuration, Timestamp};
use tito_course::{Course, MilestoneChanges, Settings};
use tito_grade::{ComponentId, DataUsed, SeedUsed, Status};
use tito_gradebook::{CheckMarks, Conditions, CriterionMarks, Event, Marks, Outcome, Student, TimeFrom};

/// Attempts of every student, one for each milestone.
const EACH: usize = 5;

fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [folder, attempts] = arguments.as_slice() else { panic!("give a folder and how many attempts") };
    let attempts: usize = attempts.parse().expect("attempts are a number");
    let mut course = Course::create(Path::new(folder), "Term", "term", "term").expect("a new course");
    for number in 1..=EACH as u32 {
        let due = format!("2026-0{number}-15T12:00:00Z");
        let changes = MilestoneChanges { weight: Some(20.0), due: Some(due), ..MilestoneChanges::default() };
        course.change_settings(|text| Settings::with_milestone(text, number, &changes)).expect("settings");
    }
    course.note_rules(|number| Some(format!("Milestone {number}"))).expect("rules");
    for first in (0..attempts).step_by(500) {
        let events = (first..attempts.min(first + 500)).flat_map(happened);
        course.append(events.collect()).expect("the log takes them");
    }
    println!("{} entries", course.log().tree().size());
}

/// What comes with one attempt.
fn happened(attempt: usize) -> Vec<Event> {
    let (student, milestone) = (format!("s{}", attempt / EACH), (attempt % EACH) as u32 + 1);
    let submission = format!("{attempt:064x}");
    let due: Timestamp = format!("2026-0{milestone}-15T12:00:00Z").parse().expect("a time");
    let submitted = due - SignedDuration::from_hours((attempt * 7_919 % 200) as i64 - 40);
    let enrolled = (milestone == 1).then(|| Event::Enrolled {
        student: Student { id: student.clone(), name: format!("Student {student}"), ..Student::default() },
    });
    let received = Event::Received {
        submission: submission.clone(),
        student,
        milestone,
        submitted,
        time_from: TimeFrom::Told,
        component: Some(ComponentId { sha256: format!("{attempt:064x}"), bytes: 80_000 }),
    };
    let graded = Event::Graded {
        submission,
        conditions: conditions(),
        outcome: Outcome::Graded(marks(attempt)),
        observed: None,
    };
    enrolled.into_iter().chain([received, graded]).collect()
}

/// Thirty checks in four criteria, some of them wrong.
fn marks(attempt: usize) -> Marks {
    let check = |index: usize| {
        let is_right = !(attempt * 31 + index * 17).is_multiple_of(7);
        CheckMarks {
            name: format!("check-{index}"),
            weight: 1.0,
            status: if is_right { Status::Passed } else { Status::Failed },
            score: if is_right { 1.0 } else { 0.25 },
        }
    };
    let criterion = |index: usize| CriterionMarks {
        name: format!("Criterion {index}"),
        share: 25.0,
        checks: (index * 8..(index * 8 + 8).min(30)).map(check).collect(),
    };
    let measures = (0..20).map(|index| (format!("check-{index}.accuracy"), (f64::from(index) / 20.0).into()));
    Marks {
        grade: format!("{attempt:064x}"),
        criteria: (0..4).map(criterion).collect(),
        measures: measures.collect(),
    }
}

fn conditions() -> Conditions {
    let digest = "ab".repeat(32);
    Conditions {
        grader: format!("0.1.0 {digest}"),
        engine: "48.0.8".into(),
        seed: SeedUsed::Secret(digest.clone()),
        data: DataUsed { name: "mnist".into(), examples: 10_000, stands_in_for: None, imported_sha256: None },
        vision: None,
        limits: digest.clone(),
        rubric: digest,
    }
}
