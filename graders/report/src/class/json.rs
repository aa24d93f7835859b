//! The report for programs: `tito.class-report`, version 1. `schema/tito.class-report.v1.json` describes it.

use serde::Serialize;
use tito_gradebook::analytics::{Analysis, AtRisk, Progress};

use super::ClassReport;
use crate::{
    Audience, Tool,
    json::{Schema, document},
};

/// One JSON document, pretty-printed and ending in a newline.
pub fn json(report: &ClassReport) -> String {
    let ClassReport { tool, course, class, progress, analyses, at_risk, threshold } = report;
    let schema = Schema { name: "tito.class-report", version: 1 };
    document(&Content {
        schema,
        audience: ClassReport::AUDIENCE,
        tool,
        course,
        class,
        threshold: *threshold,
        progress,
        milestones: analyses,
        at_risk,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Content<'a> {
    schema: Schema,
    audience: Audience,
    tool: &'a Tool,
    course: &'a str,
    class: &'a str,
    threshold: f64,
    progress: &'a Progress,
    milestones: &'a [Analysis],
    at_risk: &'a [AtRisk],
}
