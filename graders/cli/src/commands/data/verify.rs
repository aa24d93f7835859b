//! `tito data verify`: holds every file against its SHA-256.

use clap::Args;
use tito_data::{DATASETS, DatasetState, Description, FileStatus};

use crate::{exit::Exit, failure::Failure, folders::DataFolder, screen};

/// Holds every file against its SHA-256.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito data verify mnist")]
pub(crate) struct Verify {
    /// Which data set [default: all]
    name: Option<String>,
    #[command(flatten)]
    folder: DataFolder,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Verify {
    /// Fails where a file is damaged, and where a data set that was asked for is not complete.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let store = self.folder.store()?;
        let asked = match &self.name {
            Some(name) => vec![Description::named(name)?],
            None => DATASETS.to_vec(),
        };
        let found: Vec<_> = asked.into_iter().map(|dataset| store.verify(dataset)).collect();
        if self.json {
            super::print_json(&found)?;
        } else {
            screen::print(&found.iter().map(text).collect::<String>())?;
        }
        let is_well = |dataset: &DatasetState| dataset.ready || (self.name.is_none() && !is_damaged(dataset));
        Ok(if found.iter().all(is_well) { Exit::Passed } else { Exit::Failed })
    }
}

fn is_damaged(dataset: &DatasetState) -> bool {
    dataset.files.iter().any(|file| matches!(file.status, FileStatus::Invalid { .. }))
}

fn text(dataset: &DatasetState) -> String {
    let rows = dataset.files.iter().map(|file| {
        let status = match &file.status {
            FileStatus::Valid => "as published".to_owned(),
            FileStatus::AsImported { sha256 } => format!("as imported, SHA-256 {sha256}"),
            FileStatus::Missing => "not there".to_owned(),
            FileStatus::Invalid { problem } => problem.clone(),
        };
        [file.path.display().to_string(), status]
    });
    let files = if dataset.files.is_empty() { String::new() } else { screen::table::<2>(rows) };
    format!("{}: {}\n{files}", screen::heading(dataset.title), super::state(dataset))
}
