//! The checks, by how they ended.

use comfy_table::Cell;
use tito_grade::{CaseEvidence, CheckResult, Grade, Hint, Mismatch, Status};

use crate::{
    Style,
    printable::printable,
    style::Tone::{self, Bad, Faint, Good, Open, Plain},
};

/// The failed checks, each with what was asked, what came back and what the cause probably is.
pub(super) fn failed(grade: &Grade, style: Style) -> String {
    section(grade, Status::Failed, style, |check| {
        let title = format!("{} ({:.0} % of its points)", printable(&check.name), 100.0 * check.score);
        let title = style.paint(&mark(Status::Failed, style, &title), Bad, true);
        format!("{title}\n{}", style.table(4, failed_rows(check)))
    })
}

/// The checks that could not be run, and why.
pub(super) fn not_run(grade: &Grade, style: Style) -> String {
    section(grade, Status::NotRun, style, |check| one_line(check, &check.evidence.summary, style))
}

/// The checks that a person judges, with what was measured as a suggestion.
pub(super) fn awaiting(grade: &Grade, style: Style) -> String {
    section(grade, Status::AwaitingReview, style, |check| {
        let summary = &check.evidence.summary;
        let suggestion = match check.evidence.measures.is_empty() {
            true => format!("no suggestion; {summary}"),
            false => format!("{:.0} % suggested; {summary}", 100.0 * check.score),
        };
        one_line(check, &suggestion, style) + &measures(check, style)
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
    let mark = match status {
        Status::Failed => style.either('✗', 'x'),
        Status::NotRun => style.either('○', '-'),
        Status::AwaitingReview => '?',
        Status::Passed => style.either('✓', '+'),
    };
    format!("{mark} {text}")
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

/// One case for each cause: the first, best one with a hint, and those whose hint has not been given yet. The rest is in
/// the JSON.
fn failed_rows(check: &CheckResult) -> Vec<Vec<Cell>> {
    let evidence = &check.evidence;
    let mut rows = vec![row("result", Plain, &evidence.summary)];
    let mut shown: Vec<&CaseEvidence> = Vec::new();
    let (told, untold): (Vec<_>, Vec<_>) = evidence.failures.iter().partition(|case| case.hint.is_some());
    for failure in told.into_iter().chain(untold) {
        if shown.is_empty() || (failure.hint.is_some() && shown.iter().all(|case| case.hint != failure.hint))
        {
            rows.extend(failure_rows(failure));
            shown.push(failure);
        }
    }
    let more = (evidence.failed as usize).saturating_sub(shown.len());
    let cases = if more == 1 { "case" } else { "cases" };
    match (more, shown.is_empty()) {
        (0, _) => {}
        (_, false) => rows.push(row("and", Faint, &format!("{more} more failed {cases}"))),
        (_, true) => rows.push(row(
            "hidden",
            Faint,
            &format!("{more} failed {cases}; under the public seed the same check shows its cases whole"),
        )),
    }
    rows
}

/// The hint comes right after the case that shows it, so that the advice is read with its example.
fn failure_rows(failure: &CaseEvidence) -> Vec<Vec<Cell>> {
    let mut rows = vec![row("asked", Plain, &failure.asked), row("came back", Plain, &failure.came_back)];
    rows.extend(failure.mismatch.as_ref().map(|mismatch| row("furthest off", Plain, &worst(mismatch))));
    rows.extend(failure.hint.as_ref().map(|hint| row("hint", Open, &advice(hint))));
    rows
}

fn advice(hint: &Hint) -> String {
    if hint.misconception.is_empty() {
        return hint.advice.clone();
    }
    format!("{}: {}", hint.misconception, hint.advice)
}

fn worst(mismatch: &Mismatch) -> String {
    let Mismatch { index, expected, got, times_bound, wrong, of } = mismatch;
    let beyond = match times_bound.0 {
        times if !times.is_finite() => "beyond any bound".into(),
        times if times < 1e4 => format!("{times:.1} times the bound"),
        times => format!("{times:.1e} times the bound"),
    };
    format!("element {index:?} is {got}, not {expected}, {beyond}; {wrong} of {of} elements are wrong")
}

fn row(name: &str, tone: Tone, text: &str) -> Vec<Cell> {
    vec![Faint.cell(name), tone.cell(printable(text))]
}
