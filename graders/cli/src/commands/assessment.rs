//! `tito assessment`: grading, for those who run a course.

mod test;

use clap::Subcommand;

use crate::{exit::Exit, failure::Failure};

/// Grading, for those who run a course.
#[derive(Debug, Subcommand)]
pub(crate) enum Assessment {
    /// Grade a sample as a submission would be, and record nothing
    Test(test::Test),
}

impl Assessment {
    /// Does it.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Test(command) => command.run(),
        }
    }
}
