//! From a run to what is printed of it.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use serde_json::json;
use tito_artifact::Refusal;
use tito_grade::ComponentId;
use tito_report::{Document, Style};

use crate::{
    exit::Exit,
    failure::Failure,
    grading::{Graded, Grading, Run, Times},
    screen,
};

/// How a report is printed.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Output {
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// Print where the time went; JSON always says so in `observations`
    #[arg(long)]
    timings: bool,
}

/// Who reads it.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum Audience {
    /// Sees no hidden case
    #[default]
    Student,
    /// Sees everything
    Instructor,
}

/// The exit code of a run.
pub(crate) fn exit(run: &Run) -> Exit {
    match &run.graded {
        Graded::Refused(_) => Exit::Refused,
        Graded::Quarantined(_) => Exit::Quarantined,
        Graded::Grade(grade) if grade.all_passed() => Exit::Passed,
        Graded::Grade(_) => Exit::Failed,
    }
}

/// What a report of this run holds.
pub(crate) fn document(grading: &Grading<'_>, run: Run, audience: Audience) -> Document {
    let times = milliseconds(&run.times);
    let document = match run.graded {
        Graded::Refused(refusal) => refused(&refusal),
        Graded::Quarantined(quarantine) => Document::quarantined(screen::tool(), quarantine),
        Graded::Grade(grade) => {
            let capability = grading.milestone.rubric.capability.clone();
            Document::graded(screen::tool(), *grade, capability, audience.into())
        }
    };
    let machine = json!({
        "architecture": std::env::consts::ARCH,
        "system": std::env::consts::OS,
        "threads": run.threads,
    });
    document.observed("machine", machine).observed("milliseconds", json!(times))
}

/// What a report of a refused component holds.
pub(crate) fn refused(refusal: &Refusal) -> Document {
    let component = ComponentId { sha256: refusal.sha256.to_string(), bytes: refusal.bytes };
    let (rule, message) = (refusal.rule.to_string(), refusal.message.clone());
    Document::refused(screen::tool(), tito_report::Refusal { component, rule, message })
}

/// Prints what the gate said, as a report.
pub(crate) fn print_refusal(refusal: &Refusal, json: bool) -> Result<Exit, Failure> {
    screen::print(&text(&refused(refusal), json, screen::style()))?;
    Ok(Exit::Refused)
}

/// Prints the report of a run, and its times where they are wanted; gives what was printed.
pub(crate) fn print(
    grading: &Grading<'_>,
    run: Run,
    audience: Audience,
    output: Output,
) -> Result<Document, Failure> {
    let (style, mut times) = (screen::style(), Times(run.times.0.clone()));
    let document = document(grading, run, audience);
    let report = times.stage("report", || text(&document, output.json, style));
    screen::print(&report)?;
    if output.timings && !output.json {
        screen::print(&format!("\n{}\n{}", screen::heading("Time"), tito_report::timings(&times.0, style)))?;
    }
    Ok(document)
}

fn text(document: &Document, json: bool, style: Style) -> String {
    if json { tito_report::json(document) } else { tito_report::terminal(document, style) }
}

/// By stage; two of the same name are one figure.
fn milliseconds(times: &Times) -> BTreeMap<&str, f64> {
    let mut sums = BTreeMap::new();
    for (name, time) in &times.0 {
        *sums.entry(name.as_str()).or_default() += 1e3 * time.as_secs_f64();
    }
    sums
}

impl From<Audience> for tito_report::Audience {
    fn from(audience: Audience) -> Self {
        match audience {
            Audience::Student => Self::Student,
            Audience::Instructor => Self::Instructor,
        }
    }
}
