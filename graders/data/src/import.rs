//! Datasets from files that are already on the machine.

use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use crate::checked::{self, CopyError};
use crate::{DataError, Description, FileDescription, Problem, Store, imported, store};

/// Copies the files of a dataset from a folder into the store, each as it is published or unpacked, and gives the
/// names of those that were copied. A file that the store already holds is left alone; one that it holds damaged is
/// replaced.
///
/// Where a dataset is an archive of batches and the folder holds the batches without it, they are copied as found,
/// whatever their pixels are, if there are all of them and their lengths and labels are right. They replace those
/// that were imported before, but not the published archive. Whoever [loads](Store::load) them is told:
/// [`Provenance::Imported`](crate::Provenance::Imported).
///
/// # Errors
///
/// [`DataError::Embedded`] if the dataset has no files, [`DataError::NotInFolder`] if the folder lacks one,
/// [`DataError::Refused`] if one is not the published file, [`DataError::Io`] if reading or writing fails. What
/// was copied before stays; of batches nothing is copied then.
pub fn import(
    store: &Store,
    dataset: &'static Description,
    folder: &Path,
) -> Result<Vec<&'static str>, DataError> {
    if dataset.files().is_empty() {
        return Err(DataError::Embedded { doing: "import", title: dataset.title });
    }
    if let Some(archived) = dataset.archived()
        && !store.holds(dataset, archived.file)
        && !has(folder, archived.file)
    {
        return imported::replace(store, dataset, archived, folder);
    }
    let missing = dataset.files().iter().filter(|file| !store.holds(dataset, file));
    missing.map(|file| copy(store, dataset, file, folder).map(|()| file.name)).collect()
}

fn has(folder: &Path, archive: &FileDescription) -> bool {
    folder.join(archive.name).exists()
}

fn copy(
    store: &Store,
    dataset: &'static Description,
    file: &'static FileDescription,
    folder: &Path,
) -> Result<(), DataError> {
    let (path, source) = find(dataset, file, folder)?;
    let target = store.path(dataset, file);
    checked::place(file.expected(), source, &target).map_err(|error| match error {
        CopyError::Write(error) => DataError::io("write", target)(error),
        CopyError::Refused(problem) => refused(dataset, &path, problem),
    })
}

/// The file as the store keeps it, or else as it is published.
fn find(
    dataset: &'static Description,
    file: &'static FileDescription,
    folder: &Path,
) -> Result<(PathBuf, Box<dyn Read>), DataError> {
    let [plain, packed] = [folder.join(file.name), folder.join(file.packed_name())];
    for (path, is_packed) in [(plain, false), (packed, !file.stays_as_published())] {
        match store::open(&path) {
            Ok(source) if is_packed => return Ok((path, Box::new(GzDecoder::new(BufReader::new(source))))),
            Ok(source) => return Ok((path, Box::new(source))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(DataError::io("read", path)(error)),
        }
    }
    let (title, other) = (dataset.title, Some(file.packed_name()).filter(|packed| packed != file.name));
    Err(DataError::NotInFolder { title, file: file.name, other, folder: folder.to_owned() })
}

pub(crate) fn refused(dataset: &Description, path: &Path, problem: Problem) -> DataError {
    let way_out = format!("import the published file or run `tito data fetch {}`", dataset.name);
    DataError::Refused { doing: "import", thing: path.display().to_string(), problem, way_out }
}
