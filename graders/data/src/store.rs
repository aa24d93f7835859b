//! A folder that holds the files of datasets.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::checked::{self, CopyError};
use crate::idx::Idx;
use crate::{
    DATASETS, DataError, Dataset, DatasetState, Description, Examples, FileDescription, FileState,
    FileStatus, Origin, Problem, Role, Split,
};

/// A folder that holds the files of datasets, unpacked, each dataset in a folder of its own:
/// `mnist/train-images-idx3-ubyte`.
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

    /// Loads a split. Files are held against their SHA-256 every time.
    ///
    /// # Errors
    ///
    /// [`DataError::Absent`] if a file is not there, [`DataError::Refused`] if it is not the published one,
    /// [`DataError::Io`] if it cannot be opened.
    pub fn load(&self, dataset: &'static Description, split: Split) -> Result<Dataset, DataError> {
        let examples = match dataset.origin {
            Origin::Embedded(examples) => examples(split),
            Origin::Files { .. } => Examples {
                pixels: self.values(dataset, split, Role::Images)?,
                labels: self.values(dataset, split, Role::Labels)?,
            },
        };
        let place = || self.folder.join(dataset.name);
        Dataset::new(dataset, split, examples).map_err(|problem| refused(dataset, &place(), problem))
    }

    /// What of a dataset is here. Every file is read whole and held against its SHA-256.
    pub fn verify(&self, dataset: &'static Description) -> DatasetState {
        let files: Vec<_> = dataset.files().iter().map(|file| self.state(dataset, file)).collect();
        DatasetState {
            name: dataset.name,
            title: dataset.title,
            licence: dataset.licence,
            embedded: matches!(dataset.origin, Origin::Embedded(_)),
            ready: files.iter().all(|file| file.status == FileStatus::Valid),
            files,
        }
    }

    /// What of every dataset is here, [verified](Self::verify).
    pub fn list(&self) -> Vec<DatasetState> {
        DATASETS.into_iter().map(|dataset| self.verify(dataset)).collect()
    }

    /// Where a file of a dataset is or should be.
    pub(crate) fn path(&self, dataset: &Description, file: &FileDescription) -> PathBuf {
        self.folder.join(dataset.name).join(file.name)
    }

    /// Whether the published bytes of a file are here.
    pub(crate) fn holds(&self, dataset: &Description, file: &'static FileDescription) -> bool {
        self.state(dataset, file).status == FileStatus::Valid
    }

    fn state(&self, dataset: &Description, file: &'static FileDescription) -> FileState {
        let path = self.path(dataset, file);
        FileState { file: file.name, status: status(file, &path), path }
    }

    fn values(&self, dataset: &'static Description, split: Split, role: Role) -> Result<Vec<u8>, DataError> {
        let file = dataset
            .files()
            .iter()
            .find(|file| file.split == split && file.role == role)
            .expect("a dataset describes a file for each split and role");
        let path = self.path(dataset, file);
        let bytes = read(dataset, file, &path)?;
        let [_, height, width] = dataset.example_shape;
        let expected = match role {
            Role::Images => &[height, width][..],
            Role::Labels => &[],
        };
        values(bytes, expected).map_err(|problem| refused(dataset, &path, problem))
    }
}

/// The values of an IDX file whose extents after the first are these.
fn values(bytes: Vec<u8>, expected: &[u32]) -> Result<Vec<u8>, Problem> {
    let rank = u8::try_from(1 + expected.len()).expect("an image has at most three axes");
    let idx = Idx::parse(bytes, rank)?;
    if idx.extents[1..] != *expected {
        return Err(Problem::Content(format!("examples of {:?}, not {expected:?}", &idx.extents[1..])));
    }
    Ok(idx.values)
}

fn read(dataset: &'static Description, file: &FileDescription, path: &Path) -> Result<Vec<u8>, DataError> {
    let source = match open(path) {
        Ok(source) => source,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(DataError::Absent {
                title: dataset.title,
                name: dataset.name,
                path: path.to_owned(),
            });
        }
        Err(error) => return Err(DataError::io("read", path)(error)),
    };
    let mut bytes =
        Vec::with_capacity(usize::try_from(file.bytes).expect("the files of datasets fit in memory"));
    match checked::copy(file, source, &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(CopyError::Refused(problem)) => Err(refused(dataset, path, problem)),
        Err(CopyError::Write(error)) => unreachable!("writing to memory failed: {error}"),
    }
}

fn status(file: &FileDescription, path: &Path) -> FileStatus {
    let invalid = |problem: Problem| FileStatus::Invalid { problem: problem.to_string() };
    match open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => FileStatus::Missing,
        Err(error) => invalid(Problem::Unreadable(error)),
        Ok(source) => match checked::copy(file, source, io::sink()) {
            Ok(()) => FileStatus::Valid,
            Err(CopyError::Refused(problem)) => invalid(problem),
            Err(CopyError::Write(error)) => unreachable!("writing to nowhere failed: {error}"),
        },
    }
}

/// Opens a regular file and nothing else: to open a pipe would wait for its writer.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    File::open(path)
}

fn refused(dataset: &Description, path: &Path, problem: Problem) -> DataError {
    let way_out = format!("run `tito data fetch {}` to replace it", dataset.name);
    DataError::Refused { doing: "load", thing: path.display().to_string(), problem, way_out }
}
