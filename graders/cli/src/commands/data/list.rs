//! `tito data list`: the data sets, and which are there.

use clap::Args;

use crate::{exit::Exit, failure::Failure, folders::DataFolder, screen};

/// Lists the data sets and which are there.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito data list")]
pub(crate) struct List {
    #[command(flatten)]
    folder: DataFolder,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl List {
    /// Prints it.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let store = self.folder.store()?;
        let datasets = store.list();
        if self.json {
            super::print_json(&datasets)?;
            return Ok(Exit::Passed);
        }
        let rows = datasets.iter().map(|dataset| {
            [dataset.name.into(), dataset.title.into(), super::state(dataset).into(), dataset.licence.into()]
        });
        let folder = store.folder().display();
        screen::print(&format!("{}\nThe data folder is '{folder}'.\n", screen::table::<4>(rows)))?;
        Ok(Exit::Passed)
    }
}
