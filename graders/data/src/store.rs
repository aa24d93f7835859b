//! A folder that holds the files of datasets.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::imported::Record;
use crate::{Description, FileDescription, Problem};

/// A folder that holds the files of datasets, each dataset in a folder of its own: IDX files unpacked, as
/// `mnist/train-images-idx3-ubyte`, archives packed.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store in this folder, which need not be there yet.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the files of a dataset are or should be.
    pub(crate) fn folder_of(&self, dataset: &Description) -> PathBuf {
        self.folder.join(dataset.name)
    }

    /// Where a file of a dataset is or should be.
    pub(crate) fn path(&self, dataset: &Description, file: &FileDescription) -> PathBuf {
        self.folder_of(dataset).join(file.name)
    }

    /// What was imported as found, where that is what there is: the published archive goes before, damaged or not.
    pub(crate) fn record(&self, dataset: &'static Description) -> Result<Option<Record>, Problem> {
        match dataset.archived() {
            Some(archived) if !self.path(dataset, archived.file).exists() => {
                Record::read(archived, &self.folder_of(dataset))
            }
            _ => Ok(None),
        }
    }
}

/// Opens a regular file and nothing else: to open a pipe would wait for its writer.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    File::open(path)
}
