//! Where data and compiled components are kept on this machine.

use std::path::{Path, PathBuf};

use clap::Args;
use etcetera::BaseStrategy;
use tito_data::Store;

use crate::failure::Failure;

/// Where data sets are.
#[derive(Debug, Args)]
pub(crate) struct DataFolder {
    /// Where data sets are kept [default: the platform's data folder, then `tito`]
    #[arg(
        id = "data_folder",
        long = "data-dir",
        env = "TITO_DATA_DIR",
        value_name = "FOLDER",
        hide_env_values = true
    )]
    folder: Option<PathBuf>,
}

impl DataFolder {
    /// The store in this folder, or in the platform's own.
    pub(crate) fn store(&self) -> Result<Store, Failure> {
        match &self.folder {
            Some(folder) => Ok(Store::at(folder)),
            None => Ok(Store::at(base("--data-dir FOLDER")?.data_dir().join("tito"))),
        }
    }
}

/// Where compiled components are kept.
pub(crate) fn compiled() -> Result<PathBuf, Failure> {
    Ok(base("--no-cache")?.cache_dir().join("tito/compiled"))
}

/// The folder that a file lies in; `.` for a bare name.
pub(crate) fn parent(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn base(instead: &str) -> Result<impl BaseStrategy, Failure> {
    etcetera::choose_base_strategy().map_err(|error| {
        let failure = Failure::ours("cannot find your home folder").because(error);
        failure.help(format!("set HOME, or do without it: {instead}"))
    })
}
