//! `tito data`: the data sets that submissions are graded on.

mod fetch;
mod import;
mod list;
mod verify;

use clap::Subcommand;
use serde::Serialize;
use tito_data::{DatasetState, FileStatus, Provenance};

use crate::{exit::Exit, failure::Failure, screen};

/// The data sets that submissions are graded on.
#[derive(Debug, Subcommand)]
pub(crate) enum Data {
    /// The data sets, and which are there
    List(list::List),
    /// Hold every file against its SHA-256
    Verify(verify::Verify),
    /// Download a data set
    ///
    /// A download that breaks off is gone on with the next time.
    Fetch(fetch::Fetch),
    /// Copy a data set from a folder
    Import(import::Import),
}

impl Data {
    /// Does it.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::List(command) => command.run(),
            Self::Verify(command) => command.run(),
            Self::Fetch(command) => command.run(),
            Self::Import(command) => command.run(),
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    datasets: &'a [DatasetState],
}

fn print_json(datasets: &[DatasetState]) -> Result<(), Failure> {
    screen::print_json("tito.data", &Document { datasets })
}

/// A data set in a few words.
pub(super) fn state(dataset: &DatasetState) -> &'static str {
    match dataset {
        DatasetState { embedded: true, .. } => "part of tito",
        DatasetState { provenance: Some(Provenance::Imported { .. }), .. } => {
            "there, as imported and not as published"
        }
        DatasetState { ready: true, .. } => "there, every byte as published",
        _ if dataset.files.iter().all(|file| file.status == FileStatus::Missing) => "not there",
        _ => "incomplete or damaged",
    }
}

/// Says which files are new in the data folder.
fn print_new(name: &str, files: &[&str]) -> Result<(), Failure> {
    match files {
        [] => screen::print(&format!("{name} was there already, every byte as published.\n")),
        files => screen::print(&format!("{name} is there now; new are {}.\n", files.join(", "))),
    }
}
