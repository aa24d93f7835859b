//! Batches that somebody has, kept as found beside a record of their digests.
//!
//! The record is written last and removed first, so that batches without it are no import: a store never takes one
//! that broke off for a whole one.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::{
    Batch, DataError, Description, Problem, Provenance, Store, batches,
    checked::{self, Expected},
    description::Archived,
    import, store,
};

/// The file that holds the record, in the form of `sha256sum`, which can check it, too.
pub(crate) const RECORD: &str = "SHA256SUMS";

/// The most that a record can be is far below.
const MOST: u64 = 1 << 16;

/// The digests of a dataset's batches at the time of import.
pub(crate) struct Record {
    archived: Archived<'static>,
    /// One for each batch.
    digests: Vec<String>,
}

impl Record {
    /// Reads the record in the folder of a dataset. `None` where there is none.
    pub(crate) fn read(archived: Archived<'static>, folder: &Path) -> Result<Option<Self>, Problem> {
        let mut text = String::new();
        match store::open(&folder.join(RECORD)).and_then(|file| file.take(MOST).read_to_string(&mut text)) {
            Ok(_) => Ok(Some(Self::parse(archived, &text)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Problem::Unreadable(error)),
        }
    }

    /// Only what [`text`](Self::text) writes is a record, so that one import has one digest.
    fn parse(archived: Archived<'static>, text: &str) -> Result<Self, Problem> {
        let digests = text.lines().map(|line| line.get(..64).unwrap_or_default().to_owned()).collect();
        let record = Self { archived, digests };
        let is_hex = |digest: &String| digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        if record.digests.len() == archived.batches.len()
            && record.digests.iter().all(is_hex)
            && record.text() == text
        {
            return Ok(record);
        }
        Err(Problem::Content("it is not the list of digests that was written at import".to_owned()))
    }

    fn text(&self) -> String {
        self.each().map(|(batch, expected)| format!("{}  {}\n", expected.sha256, batch.name)).collect()
    }

    /// Each batch with what it is held against.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&'static Batch, Expected<'_>)> {
        let Archived { batches, form, .. } = self.archived;
        batches.iter().zip(&self.digests).map(|(batch, sha256)| (batch, batch.expected(form, sha256)))
    }

    /// One digest of all the batches.
    pub(crate) fn provenance(&self) -> Provenance {
        Provenance::Imported { sha256: hex::encode(Sha256::digest(self.text())) }
    }
}

/// Copies the batches from a folder in place of what the store has of the dataset, which is not the published
/// archive, and records what they are. Nothing is changed unless all of them are there and of the right form.
pub(crate) fn replace(
    store: &Store,
    dataset: &'static Description,
    archived: Archived<'static>,
    from: &Path,
) -> Result<Vec<&'static str>, DataError> {
    let to = store.folder_of(dataset);
    let batches = archived.batches;
    let copies = batches.iter().map(|batch| copy(dataset, archived, batch, from, &to));
    let (copies, digests): (Vec<_>, _) = copies.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
    for damaged in [RECORD, archived.file.name] {
        remove(&to.join(damaged))?;
    }
    for (batch, copy) in batches.iter().zip(copies) {
        keep(copy, &to.join(batch.name))?;
    }
    write(&to.join(RECORD), Record { archived, digests }.text().as_bytes())?;
    Ok(batches.iter().map(|batch| batch.name).collect())
}

/// A copy of a batch beside where it will be, and its digest.
fn copy(
    dataset: &'static Description,
    archived: Archived<'static>,
    batch: &'static Batch,
    from: &Path,
    to: &Path,
) -> Result<(NamedTempFile, String), DataError> {
    let path = from.join(batch.name);
    let bytes = match read(&path, batch.bytes(archived.form) + 1) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let (file, other, folder) = (archived.file.name, Some(batch.name.to_owned()), from.to_owned());
            return Err(DataError::NotInFolder { title: dataset.title, file, other, folder });
        }
        Err(error) => return Err(DataError::io("read", path)(error)),
    };
    batches::check(archived.form, batch, &bytes)
        .map_err(|problem| import::refused(dataset, &path, problem))?;
    let copy = temporary(&to.join(batch.name), &bytes)?;
    Ok((copy, hex::encode(Sha256::digest(&bytes))))
}

fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    store::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn write(target: &Path, bytes: &[u8]) -> Result<(), DataError> {
    keep(temporary(target, bytes)?, target)
}

fn temporary(target: &Path, bytes: &[u8]) -> Result<NamedTempFile, DataError> {
    let temporary = checked::beside(target).and_then(|mut file| file.write_all(bytes).map(|()| file));
    temporary.map_err(DataError::io("write", target))
}

fn keep(temporary: NamedTempFile, target: &Path) -> Result<(), DataError> {
    checked::keep(temporary, target).map_err(DataError::io("write", target))
}

fn remove(path: &Path) -> Result<(), DataError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(DataError::io("remove", path)(error)),
        _ => Ok(()),
    }
}
