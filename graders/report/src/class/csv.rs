//! The report as a sheet: one row for every milestone of every student.

use tito_grade::points;
use tito_gradebook::analytics::{Place, StudentProgress};

use super::ClassReport;
use crate::{sheet::sheet, student::words::state};

/// The columns, in order.
const COLUMNS: [&str; 15] = [
    "class",
    "student",
    "name",
    "section",
    "course score",
    "course level",
    "milestone",
    "state",
    "score",
    "level",
    "provisional",
    "days late",
    "attempts",
    "due",
    "overdue",
];

/// CSV with a head. Scores are from 0 to 100, rounded down.
pub fn csv(report: &ClassReport) -> String {
    let students = report.progress.students.iter();
    sheet(COLUMNS, students.flat_map(|one| one.milestones.iter().map(|place| row(&report.class, one, place))))
}

fn row(class: &str, student: &StudentProgress, place: &Place) -> [String; 15] {
    [
        class.to_owned(),
        student.student.clone(),
        student.name.clone(),
        student.section.clone().unwrap_or_default(),
        student.score.map(points).unwrap_or_default(),
        student.level.map(|level| level.to_string()).unwrap_or_default(),
        place.milestone.to_string(),
        state(place.state).into(),
        place.score.map(points).unwrap_or_default(),
        place.level.map(|level| level.to_string()).unwrap_or_default(),
        place.provisional.to_string(),
        place.days_late.to_string(),
        place.attempts.to_string(),
        place.due.map(|due| due.to_string()).unwrap_or_default(),
        place.overdue.to_string(),
    ]
}
