//! The commands and where each of them is.

use clap::{Parser, Subcommand};

use crate::{commands, exit, exit::Exit, failure::Failure};

/// Grades TinyTorch implementations that were compiled to WebAssembly components.
#[derive(Debug, Parser)]
#[command(version, after_help = format!("Examples:\n  tito demo\n  tito milestone test 1\n\n{}", exit::HELP))]
pub(crate) struct Cli {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Grade four samples: two right ones, a wrong one and an evil one
    Demo(commands::Demo),
    /// The milestones: what they ask, and whether this folder's component passes
    #[command(subcommand, after_help = "Example:\n  tito milestone test 1")]
    Milestone(commands::Milestone),
    /// Grading, for those who run a course
    #[command(
        subcommand,
        after_help = "Example:\n  tito assessment test --sample-submission milestone1_sample"
    )]
    Assessment(commands::Assessment),
    /// What happened in a course, whether it is what it was, and whose work is like whose
    #[command(subcommand, after_help = "Example:\n  tito integrity verify")]
    Integrity(commands::Integrity),
    /// Make a project to write a framework in
    New(commands::New),
    /// Build a project's component
    Build(commands::Build),
    /// Train a network by a component's own `fit`, epoch by epoch
    Train(commands::Train),
    /// Show where a component's fuel goes, function by function
    Profile(commands::Profile),
    /// What a component exports
    #[command(subcommand, after_help = "Example:\n  tito export layers")]
    Export(commands::Export),
    /// The data sets that submissions are graded on
    #[command(subcommand, after_help = "Example:\n  tito data list")]
    Data(commands::Data),
    /// What this machine has and lacks
    Doctor(commands::Doctor),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Demo(command) => command.run(),
            Self::Milestone(command) => command.run(),
            Self::Assessment(command) => command.run(),
            Self::Integrity(command) => command.run(),
            Self::New(command) => command.run(),
            Self::Build(command) => command.run(),
            Self::Train(command) => command.run(),
            Self::Profile(command) => command.run(),
            Self::Export(command) => command.run(),
            Self::Data(command) => command.run(),
            Self::Doctor(command) => command.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[track_caller]
    fn check(command: &clap::Command) {
        let name = command.get_name();
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(help.contains("  tito"), "`{name}` has no example");
        assert!(command.get_about().is_some(), "`{name}` does not say what it does");
        command.get_subcommands().for_each(check);
    }

    #[test]
    fn every_command_shows_an_example() {
        check(&Cli::command());
        Cli::command().debug_assert();
    }
}
