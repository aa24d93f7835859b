//! `tito milestone info`: what a milestone asks of a submission.

use std::fmt::Write;

use clap::Args;
use serde::Serialize;
use tito_artifact::Limits;
use tito_grade::{Criterion, Rubric, Scoring};

use crate::{exit::Exit, failure::Failure, screen};

/// Shows what a milestone asks of a submission.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito milestone info 1")]
pub(crate) struct Info {
    /// The milestone's number
    number: u32,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    milestone: Rubric,
    limits: Limits,
}

impl Info {
    /// Prints it.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let milestone = super::graded(self.number)?.rubric;
        let document = Document { milestone, limits: Limits::default() };
        if self.json {
            screen::print_json("tito.milestone", &document)?;
        } else {
            screen::print(&text(&document))?;
        }
        Ok(Exit::Passed)
    }
}

fn text(Document { milestone, limits }: &Document) -> String {
    let mut text = screen::heading(&format!("Milestone {}: {}", milestone.number, milestone.name));
    let Rubric { capability, weight, after_module, world, .. } = milestone;
    let rows = [
        ("capability", format!("\"{capability}\"")),
        ("weight", format!("{weight} % of the course")),
        ("due", format!("after module {after_module}")),
        ("exports", format!("the world `{world}`")),
    ];
    text += &format!("\n{}", screen::table(rows.map(|(name, value)| [name.into(), value])));
    for criterion in &milestone.criteria {
        let title = format!("{} ({} %)", criterion.name, criterion.share);
        write!(text, "\n{}\n{}", screen::heading(&title), checks(criterion))
            .expect("a string takes everything");
    }
    text += "\nA check has the share of its points that is the share of its cases, but no more than half while one fails.\n";
    text + &format!("\n{}\n{}", screen::heading("Limits"), screen::table(rows_of(limits)))
}

fn checks(criterion: &Criterion) -> String {
    let weight: f64 = criterion.checks.iter().map(|rule| rule.weight).sum();
    screen::table(criterion.checks.iter().map(|rule| {
        let share = format!("{:.1} %", criterion.share * rule.weight / weight);
        [rule.name.clone(), share, format!("{}{}", rule.asks, scoring(rule.scoring))]
    }))
}

/// How a check's points come about, where it is not by its cases.
fn scoring(scoring: Scoring) -> String {
    match scoring {
        Scoring::Cases => String::new(),
        Scoring::Accuracy { full, none } => {
            format!(" Its points rise in a line from {:.0} % to {:.0} %.", 100.0 * none, 100.0 * full)
        }
        Scoring::OfNative { full } => {
            format!(
                " Its points rise in a line from guessing to {:.0} % of the native trainer.",
                100.0 * full
            )
        }
        Scoring::AllOrNothing => " It is worth everything or nothing.".into(),
        Scoring::Speed => " Its points are the speed, from 0 to 1.".into(),
        Scoring::Retention { full, none } => {
            format!(
                " Its points rise in a line from {:.0} % to {:.0} % of the vision code.",
                100.0 * none,
                100.0 * full
            )
        }
        Scoring::Progress => {
            " Its points rise in a line from what is known without learning to the native trainer.".into()
        }
        Scoring::Review => " A person decides.".into(),
    }
}

/// Those that an honest submission may come near; `--json` has them all.
fn rows_of(limits: &Limits) -> [[String; 2]; 6] {
    let run = &limits.run;
    [
        ("component", format!("{} bytes", limits.gate.component_bytes)),
        ("memory", format!("{} bytes", run.memory_bytes)),
        ("fuel", format!("{} units a call, about one an instruction", run.fuel_per_call)),
        ("time", format!("{} ms a call", run.deadline_ms)),
        ("training", format!("{} units of fuel or {} s of real images", run.fuel_per_fit, run.fit_ms / 1000)),
        ("stack", format!("{} bytes", run.stack_bytes)),
    ]
    .map(|(name, value)| [name.into(), value])
}
