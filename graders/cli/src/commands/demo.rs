//! `tito demo`: what a grade looks like, without anything to prepare.

use clap::Args;
use tito_data::Store;
use tito_milestones::Milestone;

use crate::{
    dataset::{self, Material},
    exit::Exit,
    failure::Failure,
    grading::Grading,
    isolation::Walls,
    report::{self, Audience},
    sample::{SAMPLES, Sample},
    screen,
};

/// Grades four samples: two right ones, a wrong one and an evil one.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito demo")]
pub(crate) struct Demo {}

impl Demo {
    /// Passes where every sample ends as it should.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let milestone = super::milestone::graded(1)?;
        let data = dataset::tinydigits(&milestone)?;
        let samples: Vec<_> = SAMPLES.iter().filter(|sample| sample.milestone == 1).collect();
        for (index, sample) in samples.iter().enumerate() {
            let title = format!("Sample {} of {}: {}", index + 1, samples.len(), sample.title);
            let line = "=".repeat(title.chars().count());
            screen::print(&format!("{}\n{line}\n\n", screen::heading(&title)))?;
            show(&milestone, &data, sample)?;
        }
        Ok(Exit::Passed)
    }
}

fn show(milestone: &Milestone, data: &Material, sample: &Sample) -> Result<(), Failure> {
    let limits = sample.limits();
    let isolation = &Walls::default().isolation(&limits, None)?;
    let grading = Grading {
        milestone,
        limits: &limits,
        data,
        store: &Store::at(""),
        secret: None,
        isolation,
        remembered: None,
        jobs: None,
        is_alone: true,
    };
    let run = grading.grade(sample.submission())?;
    let expected = if sample.passes { Exit::Passed } else { Exit::Failed };
    let found = report::exit(&run);
    let document = report::document(&grading, run, Audience::Student);
    screen::print(&(tito_report::terminal(&document, screen::style()) + "\n"))?;
    if found == expected {
        return Ok(());
    }
    Err(Failure::ours(format!("the sample '{}' ended otherwise than it should", sample.name)))
}
