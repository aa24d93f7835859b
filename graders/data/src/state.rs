//! What of a dataset is in a store, to be shown or written as JSON.

use std::path::PathBuf;

use serde::Serialize;

use crate::Provenance;

/// What of a dataset is in a store, every byte of it checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DatasetState {
    /// The name in commands.
    pub name: &'static str,
    /// The name in sentences.
    pub title: &'static str,
    /// Under what licence it is published.
    pub licence: &'static str,
    /// Whether it is part of the program and needs no files.
    pub embedded: bool,
    /// Whether it can be loaded: it is embedded or every file is valid or as imported.
    pub ready: bool,
    /// Whose bytes they are; nobody's where it cannot be loaded.
    pub provenance: Option<Provenance>,
    /// Its files, none where it is embedded; those that would be loaded, where there is a choice.
    pub files: Vec<FileState>,
}

/// What is where a file of a dataset should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileState {
    /// Its name.
    pub file: &'static str,
    /// Where it is or should be.
    pub path: PathBuf,
    /// What is there.
    #[serde(flatten)]
    pub status: FileStatus,
}

/// What is where a file should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum FileStatus {
    /// The published bytes.
    Valid,
    /// The bytes that were imported as found.
    AsImported {
        /// Their SHA-256, as recorded at import and as they are now.
        sha256: String,
    },
    /// Nothing.
    Missing,
    /// Something else.
    Invalid {
        /// What is wrong with it, as a clause.
        problem: String,
    },
}
