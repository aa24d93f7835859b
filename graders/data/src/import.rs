//! Datasets from files that are already on the machine.

use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use crate::checked::{self, CopyError};
use crate::{DataError, Description, FileDescription, Problem, Store, store};

/// Copies the files of a dataset from a folder into the store, each as it is published or as gzip with `.gz`
/// after its name, and gives the names of those that were copied. A file that the store already holds is left
/// alone; one that it holds damaged is replaced.
///
/// # Errors
///
/// [`DataError::Embedded`] if the dataset has no files, [`DataError::NotInFolder`] if the folder lacks one,
/// [`DataError::Refused`] if one is not the published file, [`DataError::Io`] if reading or writing fails. What
/// was copied before stays.
pub fn import(
    store: &Store,
    dataset: &'static Description,
    folder: &Path,
) -> Result<Vec<&'static str>, DataError> {
    if dataset.files().is_empty() {
        return Err(DataError::Embedded { doing: "import", title: dataset.title });
    }
    let missing = dataset.files().iter().filter(|file| !store.holds(dataset, file));
    missing.map(|file| copy(store, dataset, file, folder).map(|()| file.name)).collect()
}

fn copy(
    store: &Store,
    dataset: &'static Description,
    file: &'static FileDescription,
    folder: &Path,
) -> Result<(), DataError> {
    let (path, source) = find(dataset, file, folder)?;
    let target = store.path(dataset, file);
    checked::place(file, source, &target).map_err(|error| match error {
        CopyError::Write(error) => DataError::io("write", target)(error),
        CopyError::Refused(problem) => refused(dataset, &path, problem),
    })
}

/// The file as it is, or else packed.
fn find(
    dataset: &'static Description,
    file: &'static FileDescription,
    folder: &Path,
) -> Result<(PathBuf, Box<dyn Read>), DataError> {
    let plain = folder.join(file.name);
    let packed = plain.with_added_extension("gz");
    for (path, is_packed) in [(plain, false), (packed, true)] {
        match store::open(&path) {
            Ok(source) if is_packed => return Ok((path, Box::new(GzDecoder::new(BufReader::new(source))))),
            Ok(source) => return Ok((path, Box::new(source))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(DataError::io("read", path)(error)),
        }
    }
    Err(DataError::NotInFolder { title: dataset.title, file: file.name, folder: folder.to_owned() })
}

fn refused(dataset: &Description, path: &Path, problem: Problem) -> DataError {
    let way_out = format!("import the published file or run `tito data fetch {}`", dataset.name);
    DataError::Refused { doing: "import", thing: path.display().to_string(), problem, way_out }
}
