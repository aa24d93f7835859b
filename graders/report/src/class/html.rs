//! The report as a page: the class at a glance, who needs help, every milestone, everybody.

mod milestone;
mod overview;
mod people;

use super::{ClassReport, words};
use crate::{html::Page, moment::moment};

/// One HTML file that asks nobody for anything.
pub fn html(report: &ClassReport) -> String {
    let milestones = report.analyses.iter().map(milestone::section);
    let first = [overview::section(report), people::at_risk(report)];
    let sections: Vec<_> =
        first.into_iter().chain(milestones).chain([people::everybody(&report.progress)]).collect();
    let enrolled = report.progress.students.len();
    Page {
        title: &report.course,
        notice: ClassReport::AUDIENCE.notice(false),
        kind: &format!("Class report · {}", report.class),
        facts: &format!("{enrolled} students · as of {}", moment(report.progress.at)),
        sections: &sections,
        tool: &report.tool,
        generated_at: report.progress.at,
    }
    .render()
}
