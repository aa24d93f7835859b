//! `tito new`: a project to write a framework in.

use std::path::Path;

use clap::Args;

use crate::{exit::Exit, failure::Failure, screen};

/// Makes a project to write a framework in.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito new my-framework")]
pub(crate) struct New {
    /// The project's name, and its folder's
    name: String,
}

impl New {
    /// Says what to do next.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        tito_project::new(Path::new(&self.name), &self.name)?;
        screen::print(&format!(
            "Made the project '{name}'. Next:\n  cd {name}\n  cargo test              # natively, in a second\n  \
             tito build              # writes component.wasm\n  tito milestone test 1   # what the grader says\n",
            name = self.name
        ))?;
        Ok(Exit::Passed)
    }
}
