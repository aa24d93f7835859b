//! The checks, by how they ended.

use comfy_table::Cell;
use tito_grade::{CaseEvidence, CheckResult, Grade};

use crate::{
    Style,
    ending::Ending,
    printable::printable,
    style::Tone::{self, Bad, Faint, Good, Open, Plain},
    told::{advice, suggestion, telling, untold, worst},
};

/// The failed checks, each with what was asked, what came back and what the cause probably is; before them those that are
/// right and have not all points.
pub(crate) fn failed(grade: &Grade, style: Style) -> String {
    let of = |ending, tone: Tone| {
        section(grade, ending, style, |check| {
            let title = format!("{} ({:.0} % of its points)", printable(&check.name), 100.0 * check.score);
            let title = style.paint(&mark(ending, style, &title), tone, true);
            format!("{title}\n{}", style.table(4, failed_rows(check)))
        })
    };
    let sections = [of(Ending::InPart, Open), of(Ending::Failed, Bad)];
    sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The checks that could not be run, and why.
pub(crate) fn not_run(grade: &Grade, style: Style) -> String {
    section(grade, Ending::NotRun, style, |check| one_line(check, &check.evidence.summary, style))
}

/// The checks that a person judges, with what was measured as a suggestion.
pub(crate) fn awaiting(grade: &Grade, style: Style) -> String {
    section(grade, Ending::AwaitingReview, style, |check| {
        one_line(check, &suggestion(check), style) + &measures(check, style)
    })
}

/// The passed checks, one line each.
pub(super) fn passed(grade: &Grade, style: Style) -> String {
    let rows = of(grade, Ending::Passed).map(|check| {
        vec![
            Good.cell(mark(Ending::Passed, style, &printable(&check.name))),
            Faint.cell(printable(&check.evidence.summary)),
        ]
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        String::new()
    } else {
        heading(Ending::Passed, rows.len(), style) + &style.table(2, rows)
    }
}

fn section(grade: &Grade, ending: Ending, style: Style, show: impl Fn(&CheckResult) -> String) -> String {
    let shown: Vec<_> = of(grade, ending).map(show).collect();
    if shown.is_empty() { String::new() } else { heading(ending, shown.len(), style) + &shown.join("\n") }
}

fn of(grade: &Grade, ending: Ending) -> impl Iterator<Item = &CheckResult> {
    grade.checks().filter(move |check| Ending::of(check, false) == ending)
}

fn heading(ending: Ending, count: usize, style: Style) -> String {
    let (name, tone) = match ending {
        Ending::Failed => ("Failed", Bad),
        Ending::InPart => ("Right, with not all points", Open),
        Ending::NotRun => ("Not run", Open),
        Ending::AwaitingReview => ("Awaiting review", Open),
        Ending::Passed | Ending::Reviewed => ("Passed", Good),
    };
    style.paint(&format!("{name} ({count})"), tone, true) + "\n"
}

fn mark(ending: Ending, style: Style, text: &str) -> String {
    format!("{} {text}", ending.sign(style.unicode))
}

fn one_line(check: &CheckResult, text: &str, style: Style) -> String {
    let name = mark(Ending::of(check, false), style, &printable(&check.name));
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
