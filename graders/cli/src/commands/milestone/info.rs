//! `tito milestone info`: what a milestone asks of a submission.

use std::fmt::Write;

use clap::Args;
use indicatif::HumanCount;
use serde::Serialize;
use tito_artifact::Limits;
use tito_grade::{Criterion, Rubric, Scoring};
use tito_milestones::Brings;

use crate::{exit::Exit, failure::Failure, screen};

/// How a claims.toml is written.
const CLAIMS: &str = r#"
  parameters = 101_738         # of the trained network
  flops-per-image = 7_000_000  # of one forward pass: 2 for every multiplication of a dense layer or a convolution
  bytes-per-image = 110_000    # by which the peak of memory grows with every further image of a batch

  [exponents]                  # the work (fuel) of a forward pass grows with this power of
  batch = 1.0                  # the number of images or rows
  width = 2.0                  # the inputs and outputs of a dense layer, which are as many
  side = 2.0                   # the height and width of the images of a convolution
  channels = 2.0               # its channels in and out, which are as many
"#;

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
    /// What a network is trained on for it.
    #[serde(skip)]
    trained_on: &'static str,
    #[serde(skip)]
    has_claims: bool,
}

impl Info {
    /// Prints it.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let milestone = super::graded(self.number)?;
        let document = Document {
            trained_on: if milestone.is_of_text() { "a text" } else { "real images" },
            has_claims: milestone.brings == Brings::Training,
            milestone: milestone.rubric,
            limits: Limits::default(),
        };
        if self.json {
            screen::print_json("tito.milestone", &document)?;
        } else {
            screen::print(&text(&document))?;
        }
        Ok(Exit::Passed)
    }
}

fn text(Document { milestone, limits, trained_on, has_claims }: &Document) -> String {
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
    if *has_claims {
        text += &format!("\n{}{CLAIMS}", screen::heading("claims.toml, with figures of your own"));
    }
    text + &format!("\n{}\n{}", screen::heading("Limits"), screen::table(rows_of(limits, trained_on)))
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
                " It is worth everything from {:.0} % of the vision code and {:.0} % of the language code's work on; below that \
                 a person decides, to whom a line from {:.0} % on is suggested.",
                100.0 * full,
                100.0 * Scoring::SHARE_OF_LANGUAGE,
                100.0 * none
            )
        }
        Scoring::Progress => {
            " Its points rise in a line from what is known without learning to the native trainer.".into()
        }
        Scoring::Review => " A person decides.".into(),
    }
}

/// Those that an honest submission may come near; `--json` has them all.
fn rows_of(limits: &Limits, trained_on: &str) -> [[String; 2]; 6] {
    let run = &limits.run;
    let [component, memory, fuel, fit, stack] = [
        limits.gate.component_bytes,
        run.memory_bytes,
        run.fuel_per_call,
        run.fuel_per_fit,
        run.stack_bytes.into(),
    ]
    .map(HumanCount);
    [
        ("component", format!("{component} bytes")),
        ("memory", format!("{memory} bytes")),
        ("fuel", format!("{fuel} units a call, about one an instruction")),
        ("time", format!("{} ms a call", run.deadline_ms)),
        ("training", format!("{fit} units of fuel or {} s of {trained_on}", run.fit_ms / 1000)),
        ("stack", format!("{stack} bytes")),
    ]
    .map(|(name, value)| [name.into(), value])
}
