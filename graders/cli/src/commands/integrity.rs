//! `tito integrity`: what happened in a course, and whether it is what it was.

mod checkpoint;
mod log;
mod receipt;
mod similar;
mod verify;

use clap::Subcommand;

use crate::{exit::Exit, failure::Failure};

/// What happened in a course, whether it is what it was, and whose work is like whose.
#[derive(Debug, Subcommand)]
pub(crate) enum Integrity {
    /// Everything that happened, in order
    Log(log::Log),
    /// Look at the whole log and the whole store, and derive grades again
    Verify(verify::Verify),
    /// The log's signed head, to be published where nobody can take it back
    Checkpoint(checkpoint::Checkpoint),
    /// Check a student's receipt, without the course
    Receipt(receipt::Receipt),
    /// Find submissions that share code
    Similar(similar::Similar),
}

impl Integrity {
    /// Does it.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Log(command) => command.run(),
            Self::Verify(command) => command.run(),
            Self::Checkpoint(command) => command.run(),
            Self::Receipt(command) => command.run(),
            Self::Similar(command) => command.run(),
        }
    }
}
