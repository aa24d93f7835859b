//! `tito assessment`: grading, for those who run a course.

mod batch;
mod test;

use clap::Subcommand;

use crate::{exit::Exit, failure::Failure};

/// Grading, for those who run a course.
#[derive(Debug, Subcommand)]
pub(crate) enum Assessment {
    /// Grade a sample as a submission would be, and record nothing
    Test(test::Test),
    /// Grade every component in a folder
    Batch(Box<batch::Batch>),
}

impl Assessment {
    /// Does it.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Test(command) => command.run(),
            Self::Batch(command) => (*command).run(),
        }
    }
}
