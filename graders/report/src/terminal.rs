//! The report that a student reads: what went wrong comes before what went right, the result last.

pub(crate) mod checks;
pub(crate) mod criteria;
pub(crate) mod header;
mod plots;
pub(crate) mod result;
mod tables;

use tito_grade::{Grade, SeedUsed};

use crate::{Document, Quarantine, Refusal, Style, document::Body, printable::printable, style::Tone};

/// The report for a terminal, in paragraphs, ending in a newline. All text that a guest may have had a hand in
/// comes without control characters.
pub fn terminal(document: &Document, style: Style) -> String {
    let paragraphs = match &document.body {
        Body::Graded { grade, capability, audience } => {
            let has_hidden = matches!(grade.seed, SeedUsed::Secret(_));
            let notice = notice(audience.notice(has_hidden), style);
            [notice].into_iter().chain(graded(grade, capability, style)).collect()
        }
        Body::Refused(refusal) => refused(refusal, style),
        Body::Quarantined(quarantine) => quarantined(quarantine, style),
    };
    paragraphs.into_iter().filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n")
}

/// What stands above a report that is not for students.
pub(crate) fn notice(notice: Option<&str>, style: Style) -> String {
    notice.map(|notice| style.paint(notice, Tone::Open, true) + "\n").unwrap_or_default()
}

fn graded(grade: &Grade, capability: &str, style: Style) -> Vec<String> {
    vec![
        header::header(grade, capability, style),
        criteria::criteria(grade, style),
        checks::failed(grade, style),
        checks::not_run(grade, style),
        checks::awaiting(grade, style),
        checks::passed(grade, style),
        tables::tables(grade, style),
        plots::plots(grade, style),
        result::result(grade, style),
    ]
}

fn refused(refusal: &Refusal, style: Style) -> Vec<String> {
    let title = style.paint(&format!("Refused: {}", printable(&refusal.rule)), Tone::Bad, true);
    let rows = vec![
        vec![Tone::Faint.cell("component"), Tone::Plain.cell(header::component(&refusal.component))],
        vec![Tone::Faint.cell("why"), Tone::Plain.cell(printable(&refusal.message))],
    ];
    vec![title + "\n" + &style.table(2, rows), "No check was run and there is no score.\n".into()]
}

fn quarantined(quarantine: &Quarantine, style: Style) -> Vec<String> {
    let title = style.paint("Quarantined: whatever runs it dies", Tone::Bad, true);
    let row = |name: &str, text: String| vec![Tone::Faint.cell(name), Tone::Plain.cell(text)];
    let mut rows = vec![row("component", header::component(&quarantine.component))];
    rows.extend(quarantine.deaths.iter().map(|death| row("died", printable(death).to_string())));
    let advice = "There is no score, and this is no zero: a person must look at the submission.\n";
    vec![title + "\n" + &style.table(2, rows), advice.into()]
}
