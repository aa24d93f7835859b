//! The one way in for bytes: copied while they are counted and hashed, kept only where they are those that are expected.

use std::fs;
use std::io::{self, Read, Take, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::{FileDescription, Problem};

/// Why bytes were not copied.
#[derive(Debug)]
pub(crate) enum CopyError {
    /// They are not those that are expected.
    Refused(Problem),
    /// They could not be written.
    Write(io::Error),
}

/// What bytes must be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    /// How many there are.
    pub(crate) bytes: u64,
    /// Their SHA-256 in lowercase hexadecimal digits.
    pub(crate) sha256: &'a str,
}

impl FileDescription {
    /// The published bytes.
    pub(crate) fn expected(&self) -> Expected<'static> {
        Expected { bytes: self.bytes, sha256: self.sha256 }
    }
}

/// A source that is counted and hashed while it is read. At most one byte beyond the expected length is asked of
/// it, so that a gzip bomb costs no more than the honest file.
pub(crate) struct Checked<'a, R> {
    expected: Expected<'a>,
    source: Take<R>,
    hasher: Sha256,
    length: u64,
}

impl<'a, R: Read> Checked<'a, R> {
    /// Nothing of it is read yet.
    pub(crate) fn new(expected: Expected<'a>, source: R) -> Self {
        Self { expected, source: source.take(expected.bytes + 1), hasher: Sha256::new(), length: 0 }
    }

    /// Reads what is left and judges the whole. What was read before is to be trusted only where this gives `Ok`.
    pub(crate) fn finish(mut self) -> Result<(), Problem> {
        io::copy(&mut self, &mut io::sink()).map_err(Problem::Unreadable)?;
        let Expected { bytes, sha256 } = self.expected;
        if self.length > bytes {
            return Err(Problem::Longer { bytes });
        }
        let found = hex::encode(self.hasher.finalize());
        if found != sha256 {
            return Err(Problem::Digest { expected: sha256.to_owned(), found });
        }
        Ok(())
    }
}

impl<R: Read> Read for Checked<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.length += count as u64;
        self.hasher.update(&buffer[..count]);
        Ok(count)
    }
}

/// Copies `source` to `sink` and holds it against what is expected. What reached the sink is to be trusted only
/// where this gives `Ok`.
pub(crate) fn copy(expected: Expected<'_>, source: impl Read, mut sink: impl Write) -> Result<(), CopyError> {
    let mut source = Checked::new(expected, source);
    let mut buffer = vec![0; 1 << 16];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return source.finish().map_err(CopyError::Refused),
            Ok(count) => sink.write_all(&buffer[..count]).map_err(CopyError::Write)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(CopyError::Refused(Problem::Unreadable(error))),
        }
    }
}

/// Copies `source` to `target` by a temporary file beside it, so that `target` is never there in part.
///
/// A rename that a power cut undoes costs another fetch and no more, so the folder itself is not synced.
pub(crate) fn place(expected: Expected<'_>, source: impl Read, target: &Path) -> Result<(), CopyError> {
    let mut temporary = beside(target).map_err(CopyError::Write)?;
    copy(expected, source, &mut temporary)?;
    keep(temporary, target).map_err(CopyError::Write)
}

/// A temporary file in the folder of `target`, which is made where it is missing.
pub(crate) fn beside(target: &Path) -> io::Result<NamedTempFile> {
    let folder = target.parent().expect("a file of a store is in the folder of its dataset");
    fs::create_dir_all(folder)?;
    temporary_in(folder)
}

/// Makes a temporary file the target, in one step.
pub(crate) fn keep(temporary: NamedTempFile, target: &Path) -> io::Result<()> {
    temporary.as_file().sync_all()?;
    temporary.persist(target).map_err(|error| error.error)?;
    Ok(())
}

/// Whoever the umask lets may read the file later: a course's staff may share a store.
fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.prefix(".tito-").tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MNIST;

    #[test]
    fn an_endless_source_is_read_one_byte_too_far() {
        let labels = &MNIST.files()[3];
        let mut sink = Vec::new();
        let error = copy(labels.expected(), io::repeat(0), &mut sink).unwrap_err();
        assert!(matches!(error, CopyError::Refused(Problem::Longer { bytes: 10_008 })), "{error:?}");
        assert_eq!(sink.len(), 10_009);
    }
}
