//! `tito assessment test`: the whole pipeline on a sample.

use clap::Args;

use crate::{
    commands::milestone,
    dataset,
    exit::Exit,
    failure::Failure,
    folders::DataFolder,
    grading::Grading,
    isolation::Walls,
    report::{self, Audience, Output},
    sample::{self, Sample},
};

/// Grades a sample as a submission would be, and records nothing.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito assessment test --sample-submission milestone1_sample --timings")]
pub(crate) struct Test {
    /// Which
    #[arg(long, value_name = "NAME", value_parser = sample::parser())]
    sample_submission: &'static Sample,
    /// The data set that is graded on [default: what is part of tito, tinydigits or tinytalk]
    #[arg(long, value_name = "NAME")]
    data: Option<String>,
    #[command(flatten)]
    data_folder: DataFolder,
    #[command(flatten)]
    walls: Walls,
    #[command(flatten)]
    output: Output,
}

impl Test {
    /// Ends as the sample does.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let sample = self.sample_submission;
        let milestone = milestone::graded(sample.milestone)?;
        let limits = sample.limits();
        let store = self.data_folder.store()?;
        let embedded = milestone.data.last().map(|data| data.name);
        let data = dataset::choose(&milestone, self.data.as_deref().or(embedded), &store)?;
        let grading = Grading {
            milestone: &milestone,
            limits: &limits,
            data: &data,
            store: &store,
            secret: None,
            isolation: &self.walls.isolation(&limits, None)?,
            remembered: None,
            jobs: None,
            is_alone: true,
        };
        let run = grading.grade(sample.submission())?;
        let exit = report::exit(&run);
        report::print(&grading, run, Audience::Instructor, self.output)?;
        Ok(exit)
    }
}
