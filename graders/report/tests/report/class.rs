//! A class made by hand: two dozen students of whom some are good, some stop, and one has a hostile name.

use std::collections::BTreeMap;

use tito_grade::{ComponentId, Number, SeedUsed, Status};
use tito_gradebook::{
    CheckMarks, Conditions, CriterionMarks, Entry, Event, Gradebook, Marks, Outcome, Student, TimeFrom,
};
use tito_report::class::ClassReport;

use crate::{
    course::{self, HOSTILE, NOW, at},
    sample,
};

/// The report of the class.
pub(crate) fn report() -> ClassReport {
    of(&gradebook())
}

/// The report of a class in which nothing has happened yet.
pub(crate) fn empty() -> ClassReport {
    of(&Gradebook::of(&[entry(Event::Configured { rules: course::rules() })]))
}

fn of(gradebook: &Gradebook) -> ClassReport {
    ClassReport::new(sample::tool(), gradebook, 70.0, at(NOW)).expect("the course has rules")
}

const NAMES: [&str; 24] = [
    "Ada Lovelace",
    "Alan Turing",
    "Barbara Liskov",
    "Claude Shannon",
    "Donald Knuth",
    "Edsger Dijkstra",
    "Frances Allen",
    "Grace Hopper",
    "Hedy Lamarr",
    "Ivan Sutherland",
    "John Backus",
    "Karen Spärck Jones",
    "Leslie Lamport",
    "Margaret Hamilton",
    "Niklaus Wirth",
    "Ole-Johan Dahl",
    "Peter Naur",
    "Radia Perlman",
    "Shafi Goldwasser",
    "Tony Hoare",
    "Ursula Martin",
    "Vint Cerf",
    "William Kahan",
    HOSTILE,
];

/// Everything that happened, by numbers that only look like chance.
fn gradebook() -> Gradebook {
    let mut entries = vec![entry(Event::Configured { rules: course::rules() })];
    for (number, name) in (0..).zip(NAMES) {
        entries.push(entry(Event::Enrolled { student: student(number, name) }));
        // Every ninth stops after the first milestone, every eleventh never begins.
        let milestones = if number % 11 == 10 {
            0
        } else if number % 9 == 8 {
            1
        } else {
            4
        };
        for milestone in 1..=milestones {
            entries.extend(handed_in(number, milestone));
        }
    }
    Gradebook::of(&entries)
}

fn student(number: u32, name: &str) -> Student {
    Student {
        id: format!("student_{number:02}"),
        name: name.into(),
        email: Some(format!("student_{number:02}@example.org")),
        section: Some(if number.is_multiple_of(2) { "A" } else { "B" }.into()),
        ..Student::default()
    }
}

/// One or two attempts at a milestone, some of them late, refused or not graded.
fn handed_in(student: u32, milestone: u32) -> Vec<Entry> {
    let attempts = if (student + milestone).is_multiple_of(3) { 2 } else { 1 };
    let attempt = |attempt: u32| {
        let submission = format!("{student:02}{milestone}{attempt}").repeat(16);
        let day = 15 + (student * 5 + milestone) % 7;
        let submitted = ["2024-09", "2024-10", "2024-10", "2024-11"][milestone as usize - 1];
        let day = if milestone == 2 {
            day - 14
        } else if milestone == 4 {
            day - 5
        } else {
            day
        };
        let received = Event::Received {
            submission: submission.clone(),
            student: format!("student_{student:02}"),
            milestone,
            submitted: at(&format!("{submitted}-{day:02}T1{attempt}:00:00Z")),
            time_from: TimeFrom::Told,
            component: Some(ComponentId { sha256: "12".repeat(32), bytes: 1_000 }),
        };
        let outcome = outcome(student, milestone, attempt);
        let graded = outcome.map(|outcome| Event::Graded {
            submission,
            conditions: conditions(),
            outcome,
            observed: None,
        });
        [received].into_iter().chain(graded).map(entry)
    };
    (0..attempts).flat_map(attempt).collect()
}

fn outcome(student: u32, milestone: u32, attempt: u32) -> Option<Outcome> {
    match (student * 7 + milestone * 3 + attempt) % 29 {
        0 => None,
        1 => Some(Outcome::Quarantined { deaths: vec!["the system killed it: SIGSYS".into()] }),
        2 | 3 => Some(Outcome::Refused { rule: "import".into(), message: "it imports `env.abort`.".into() }),
        _ => Some(Outcome::Graded(marks(student, milestone, attempt))),
    }
}

fn marks(student: u32, milestone: u32, attempt: u32) -> Marks {
    // How good somebody is, from 0.62 to 1, and how hard a check is.
    let ability = 0.62 + 0.38 * f64::from((student * 13 + 5) % 24) / 23.0;
    let check = |name: &str, weight: f64, hardness: f64| {
        let luck = f64::from((student * 31 + milestone * 17 + (hardness * 10.0) as u32) % 11) / 11.0 - 0.5;
        let score = (ability + 0.3 * luck - hardness + 0.05 * f64::from(attempt)).clamp(0.0, 1.0);
        let score = if score > 0.85 { 1.0 } else { score };
        let status = if score >= 1.0 { Status::Passed } else { Status::Failed };
        CheckMarks { name: name.into(), weight, status, score }
    };
    let criterion = |name: &str, share, checks| CriterionMarks { name: name.into(), share, checks };
    let accuracy = (0.55 + 0.44 * ability).min(0.99);
    let measure = ["mnist-mlp", "mnist-cnn", "images", "test-images"][milestone as usize - 1];
    let speed = (0.2 + 0.1 * f64::from(milestone) + 0.3 * ability, "dense.speed".to_owned());
    Marks {
        grade: "cd".repeat(32),
        criteria: vec![
            criterion(
                "Correctness",
                50.0,
                vec![check("dense", 2.0, -0.3), check("shapes|and `names`", 1.0, -0.1)],
            ),
            criterion("Performance", 40.0, vec![check("accuracy", 1.0, 0.05), check("memory", 1.0, 0.15)]),
            criterion(
                "Code quality",
                10.0,
                vec![check("code-quality", 1.0, 0.2 - 0.05 * f64::from(milestone))],
            ),
        ],
        measures: BTreeMap::from([
            (format!("{measure}.accuracy"), Number(accuracy)),
            (speed.1, Number(speed.0)),
        ]),
    }
}

fn conditions() -> Conditions {
    Conditions {
        grader: "0.1.0".into(),
        engine: "48.0.8".into(),
        seed: SeedUsed::Secret("ab".repeat(32)),
        data: course::data(),
        vision: None,
        limits: String::new(),
        rubric: String::new(),
    }
}

fn entry(event: Event) -> Entry {
    Entry { at: at(NOW), by: "grace_ta".into(), nonce: "00".repeat(16), event }
}
