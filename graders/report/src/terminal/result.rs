//! The last lines: the score, what it is called, and what to do next.

use tito_grade::{CheckResult, Grade, Level, SeedUsed, Status, points};

use crate::{Style, printable::printable, style::Tone};

/// Score, level, whether a person has yet to decide something, and the next step.
pub(super) fn result(grade: &Grade, style: Style) -> String {
    let line = format!("{} of 100, {}{}", points(grade.score), grade.level, provisional(grade));
    format!("{}\nNext: {}\n", style.paint(&line, tone(grade.level), true), next(grade))
}

/// The colour of a level.
pub(crate) fn tone(level: Level) -> Tone {
    match level {
        Level::Exemplary | Level::Proficient => Tone::Good,
        Level::Developing | Level::Beginning => Tone::Open,
        Level::Insufficient => Tone::Bad,
    }
}

fn provisional(grade: &Grade) -> String {
    let open = grade.checks().filter(|check| !check.is_decided()).count();
    match open {
        _ if !grade.provisional => String::new(),
        1 => ", provisional: 1 check is undecided".into(),
        _ => format!(", provisional: {open} checks are undecided"),
    }
}

/// What is worth doing next: the first failed check, then whatever keeps the grade from being final.
fn next(grade: &Grade) -> String {
    if let Some(name) = first_failed(grade) {
        return format!("mend '{}'; what comes after builds upon it.", printable(name));
    }
    if let Some(check) = grade.checks().find(|check| check.status == Status::NotRun) {
        return format!(
            "have '{}' run: it could not be, and counts for nothing yet.",
            printable(&check.name)
        );
    }
    if grade.data.stands_in_for.is_some() {
        return "run it on the data set that the milestone asks for.".into();
    }
    if let Some(check) = grade.checks().find(|check| check.is_right_in_part()) {
        return format!(
            "improve '{}', if you like: it is right, and has not all points.",
            printable(&check.name)
        );
    }
    match (&grade.seed, grade.provisional) {
        (SeedUsed::Public, _) => "hand it in; grading draws other cases from a secret seed.".into(),
        (SeedUsed::Secret(_), true) => "wait for the review; every automatic check has passed.".into(),
        (SeedUsed::Secret(_), false) => "nothing is left to do for this milestone.".into(),
    }
}

/// The first failed check: in the rubric's order they build upon each other, so that a wrong layer is mended before the network
/// that is made of it.
fn first_failed(grade: &Grade) -> Option<&str> {
    let is_wrong = |check: &&CheckResult| check.status == Status::Failed && !check.is_right_in_part();
    grade.checks().find(is_wrong).map(|check| check.name.as_str())
}
