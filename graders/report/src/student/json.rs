//! The report for programs: `tito.student-report`, version 1. `schema/tito.student-report.v1.json` describes it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use tito_grade::{ComponentId, CriterionGrade, DataUsed, Level};
use tito_gradebook::{Line, State};

use super::{Attempt, Grading, Milestone, Person, StudentReport};
use crate::{
    Audience, Tool,
    document::seen_of_machine,
    json::{Schema, document, seed},
};

/// One JSON document, pretty-printed and ending in a newline. All but `observations`, which is last, is equal byte for byte
/// as long as nothing happens in the course.
pub fn json(report: &StudentReport) -> String {
    document(&Report {
        schema: Schema { name: "tito.student-report", version: 1 },
        audience: report.audience,
        tool: &report.tool,
        course: &report.course,
        class: &report.class,
        student: &report.person,
        score: report.total.score,
        level: report.total.level,
        provisional: report.total.provisional,
        of: report.total.of,
        out_of: report.total.out_of,
        lines: &report.total.lines,
        milestones: report.milestones.iter().map(Content::of).collect(),
        observations: Observations::of(report),
    })
}

#[derive(Serialize)]
struct Report<'a> {
    schema: Schema,
    audience: Audience,
    tool: &'a Tool,
    course: &'a str,
    class: &'a str,
    student: &'a Person,
    score: Option<f64>,
    level: Option<Level>,
    provisional: bool,
    of: f64,
    out_of: f64,
    lines: &'a [Line],
    milestones: Vec<Content<'a>>,
    observations: Observations,
}

#[derive(Serialize)]
struct Content<'a> {
    number: u32,
    name: &'a str,
    weight: f64,
    due: Option<Timestamp>,
    extension_days: f64,
    state: State,
    score: Option<f64>,
    level: Option<Level>,
    provisional: bool,
    submission: Option<&'a str>,
    days_late: u32,
    lines: &'a [Line],
    attempts: &'a [Attempt],
    grading: Option<Graded<'a>>,
}

#[derive(Serialize)]
struct Graded<'a> {
    attempt: usize,
    component: &'a ComponentId,
    seed: &'a str,
    data: &'a DataUsed,
    criteria: &'a [CriterionGrade],
    reviews: &'a BTreeMap<String, String>,
}

/// What differs from one report to the next.
#[derive(Serialize)]
struct Observations {
    generated_at: Timestamp,
    /// What checks have seen of the machine, by milestone and check.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    checks: BTreeMap<u32, Map<String, Value>>,
}

impl<'a> Content<'a> {
    fn of(milestone: &'a Milestone) -> Self {
        let Milestone { number, name, weight, due, extension, settled, attempts, grading } = milestone;
        Self {
            number: *number,
            name,
            weight: *weight,
            due: *due,
            extension_days: *extension,
            state: settled.state,
            score: settled.score,
            level: settled.level,
            provisional: settled.provisional,
            submission: settled.submission.as_deref(),
            days_late: settled.days_late,
            lines: &settled.lines,
            attempts,
            grading: grading.as_ref().map(Graded::of),
        }
    }
}

impl<'a> Graded<'a> {
    fn of(grading: &'a Grading) -> Self {
        let Grading { attempt, grade, reviews } = grading;
        Self {
            attempt: *attempt,
            component: &grade.component,
            seed: seed(&grade.seed),
            data: &grade.data,
            criteria: &grade.criteria,
            reviews,
        }
    }
}

impl Observations {
    fn of(report: &StudentReport) -> Self {
        let gradings = report
            .milestones
            .iter()
            .filter_map(|milestone| Some((milestone.number, milestone.grading.as_ref()?)));
        let seen = gradings.map(|(number, grading)| (number, seen_of_machine(&grading.grade)));
        Self {
            generated_at: report.generated_at,
            checks: seen.filter(|(_, seen)| !seen.is_empty()).collect(),
        }
    }
}
