//! The checks, by how they ended.

use comfy_table::Cell;
use tito_grade::{CaseEvidence, CheckResult, Grade, Status};

use crate::{
    Style,
    ending::Ending,
    printable::printable,
    style::Tone::{self, Bad, Faint, Good, Open, Plain},
    told::{advice, suggestion, telling, untold, worst},
};

/// The failed checks, each with what was asked, what came back and what the cause probably is.
pub(crate) fn failed(grade: &Grade, style: Style) -> String {
    section(grade, Status::Failed, style, |check| {
        let title = format!("{} ({:.0} % of its points)", printable(&check.name), 100.0 * check.score);
        let title = style.paint(&mark(Status::Failed, style, &title), Bad, true);
        format!("{title}\n{}", style.table(4, failed_rows(check)))
    })
}

/// The checks that could not be run, and why.
pub(crate) fn not_run(grade: &Grade, style: Style) -> String {
    section(grade, Status::NotRun, style, |check| one_line(check, &check.evidence.summary, style))
}

/// The checks that a person judges, with what was measured as a suggestion.
pub(crate) fn awaiting(grade: &Grade, style: Style) -> String {
    section(grade, Status::AwaitingReview, style, |check| {
        one_line(check, &suggestion(check), style) + &measures(check, style)
    })
}

/// The passed checks, one line each.
pub(super) fn passed(grade: &Grade, style: Style) -> String {
    let rows = of(grade, Status::Passed).map(|check| {
        vec![
            Good.cell(mark(Status::Passed, style, &printable(&check.name))),
            Faint.cell(printable(&check.evidence.summary)),
        ]
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        String::new()
    } else {
        heading(Status::Passed, rows.len(), style) + &style.table(2, rows)
    }
}

fn section(grade: &Grade, status: Status, style: Style, show: impl Fn(&CheckResult) -> String) -> String {
    let shown: Vec<_> = of(grade, status).map(show).collect();
    if shown.is_empty() { String::new() } else { heading(status, shown.len(), style) + &shown.join("\n") }
}

fn of(grade: &Grade, status: Status) -> impl Iterator<Item = &CheckResult> {
    grade.checks().filter(move |check| check.status == status)
}

fn heading(status: Status, count: usize, style: Style) -> String {
    let (name, tone) = match status {
        Status::Failed => ("Failed", Bad),
        Status::NotRun => ("Not run", Open),
        Status::AwaitingReview => ("Awaiting review", Open),
        Status::Passed => ("Passed", Good),
    };
    style.paint(&format!("{name} ({count})"), tone, true) + "\n"
}

fn mark(status: Status, style: Style, text: &str) -> String {
    format!("{} {text}", Ending::from(status).sign(style.unicode))
}

fn one_line(check: &CheckResult, text: &str, style: Style) -> String {
    let name = mark(check.status, style, &printable(&check.name));
    style.table(2, vec![vec![Open.cell(name), Plain.cell(printable(text))]])
}

fn measures(check: &CheckResult, style: Style) -> String {
    let rows: Vec<_> = check
        .evidence
        .measures
        .iter()
        .map(|(name, value)| vec![Faint.cell(printable(name)), Plain.cell(value)])
        .collect();
    if rows.is_empty() { String::new() } else { style.table(4, rows) }
}

fn failed_rows(check: &CheckResult) -> Vec<Vec<Cell>> {
    let shown = telling(&check.evidence);
    let mut rows = vec![row("result", Plain, &check.evidence.summary)];
    rows.extend(shown.iter().flat_map(|failure| failure_rows(failure)));
    rows.extend(untold(&check.evidence, shown.len()).map(|(name, text)| row(name, Faint, &text)));
    rows
}

/// The hint comes right after the case that shows it, so that the advice is read with its example.
fn failure_rows(failure: &CaseEvidence) -> Vec<Vec<Cell>> {
    let mut rows = vec![row("asked", Plain, &failure.asked), row("came back", Plain, &failure.came_back)];
    rows.extend(failure.mismatch.as_ref().map(|mismatch| row("furthest off", Plain, &worst(mismatch))));
    rows.extend(failure.hint.as_ref().map(|hint| row("hint", Open, &advice(hint))));
    rows
}

fn row(name: &str, tone: Tone, text: &str) -> Vec<Cell> {
    vec![Faint.cell(name), tone.cell(printable(text))]
}
