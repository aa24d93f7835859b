//! `tito milestone`: what the milestones ask, and whether a component passes.

mod info;
mod list;
mod status;
mod test;

use clap::Subcommand;

use crate::{exit::Exit, failure::Failure};

/// What the milestones ask, and whether a component passes.
#[derive(Debug, Subcommand)]
pub(crate) enum Milestone {
    /// The five milestones
    List(list::List),
    /// What a milestone asks of a submission
    Info(info::Info),
    /// What the last test in this folder found
    Status(status::Status),
    /// Grade a component
    ///
    /// What is found is kept for `tito milestone status` where the component lies in this folder.
    Test(Box<test::Test>),
}

impl Milestone {
    /// Does it.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::List(command) => command.run(),
            Self::Info(command) => command.run(),
            Self::Status(command) => command.run(),
            Self::Test(command) => (*command).run(),
        }
    }
}

/// The milestone of this number, if this version grades it.
pub(crate) fn graded(number: u32) -> Result<tito_milestones::Milestone, Failure> {
    tito_milestones::milestone(number).ok_or_else(|| {
        Failure::usage(format!("there is no milestone {number}"))
            .help("`tito milestone list` shows what there is")
    })
}
