//! The report as a sheet: one row for every criterion of every milestone.

use tito_grade::{CriterionGrade, points};

use super::{Milestone, StudentReport, words};
use crate::sheet::sheet;

/// The columns, in order.
const COLUMNS: [&str; 16] = [
    "course",
    "student",
    "name",
    "section",
    "milestone",
    "milestone name",
    "weight",
    "due",
    "state",
    "days late",
    "score",
    "level",
    "provisional",
    "criterion",
    "share",
    "criterion score",
];

/// CSV with a head. Scores are from 0 to 100, rounded down; a milestone without a grading has one row and no criterion.
pub fn csv(report: &StudentReport) -> String {
    sheet(COLUMNS, report.milestones.iter().flat_map(|milestone| rows(report, milestone)))
}

fn rows(report: &StudentReport, milestone: &Milestone) -> Vec<[String; 16]> {
    match &milestone.grading {
        None => vec![row(report, milestone, None)],
        Some(grading) => {
            grading.grade.criteria.iter().map(|criterion| row(report, milestone, Some(criterion))).collect()
        }
    }
}

fn row(report: &StudentReport, milestone: &Milestone, criterion: Option<&CriterionGrade>) -> [String; 16] {
    let (person, settled) = (&report.person, &milestone.settled);
    [
        report.course.clone(),
        person.id.clone(),
        person.name.clone(),
        person.section.clone().unwrap_or_default(),
        milestone.number.to_string(),
        milestone.name.clone(),
        milestone.weight.to_string(),
        milestone.due.map(|due| due.to_string()).unwrap_or_default(),
        words::state(settled.state).into(),
        settled.days_late.to_string(),
        settled.score.map(points).unwrap_or_default(),
        settled.level.map(|level| level.to_string()).unwrap_or_default(),
        settled.provisional.to_string(),
        criterion.map(|criterion| criterion.name.clone()).unwrap_or_default(),
        criterion.map(|criterion| criterion.share.to_string()).unwrap_or_default(),
        criterion
            .and_then(|criterion| criterion.score)
            .map(|score| points(100.0 * score))
            .unwrap_or_default(),
    ]
}
