//! `tito export`: what a component exports.

mod layers;

use clap::Subcommand;

use crate::{exit::Exit, failure::Failure};

/// What a component exports.
#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// Try to build every layer of the contract
    Layers(layers::Layers),
}

impl Export {
    /// Does it.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Layers(command) => command.run(),
        }
    }
}
