//! `tito data import`: copies a data set from a folder.

use std::path::PathBuf;

use clap::Args;
use tito_data::Description;

use crate::{exit::Exit, failure::Failure, folders::DataFolder};

/// Copies a data set from a folder that holds its files, as published or as .gz.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito data import mnist ~/Downloads/mnist")]
pub(crate) struct Import {
    /// Which data set
    name: String,
    /// Where its files are
    from: PathBuf,
    #[command(flatten)]
    folder: DataFolder,
}

impl Import {
    /// Says which files are new.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let dataset = Description::named(&self.name)?;
        let imported = tito_data::import(&self.folder.store()?, dataset, &self.from)?;
        super::print_new(dataset.title, &imported)?;
        Ok(Exit::Passed)
    }
}
