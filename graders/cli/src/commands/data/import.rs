//! `tito data import`: copies a data set from a folder.

use std::path::PathBuf;

use clap::Args;
use tito_data::{Description, Provenance};

use crate::{exit::Exit, failure::Failure, folders::DataFolder, screen};

/// Copies a data set from a folder that holds its files, as published or unpacked.
///
/// CIFAR-10 may also be the six .bin files of its binary version, whatever their pixels are: then it is marked as
/// imported, with its SHA-256.
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
        let store = self.folder.store()?;
        let imported = tito_data::import(&store, dataset, &self.from)?;
        super::print_new(dataset.title, &imported)?;
        if let Some(found @ Provenance::Imported { .. }) = store.verify(dataset).provenance {
            screen::print(&format!(
                "It is marked '{found}', because nothing says that it is the published one.\n"
            ))?;
        }
        Ok(Exit::Passed)
    }
}
