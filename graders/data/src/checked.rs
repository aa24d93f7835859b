//! The one way in for bytes: copied while they are counted and hashed, kept only where they are the published ones.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::{FileDescription, Problem};

/// Why bytes were not copied.
#[derive(Debug)]
pub(crate) enum CopyError {
    /// They are not the published ones.
    Refused(Problem),
    /// They could not be written.
    Write(io::Error),
}

/// Copies `source` to `sink` and holds it against the description. What reached the sink is to be trusted only
/// where this gives `Ok`. At most one byte beyond the expected length is asked of the source, so that a gzip
/// bomb costs no more than the honest file.
pub(crate) fn copy(file: &FileDescription, source: impl Read, mut sink: impl Write) -> Result<(), CopyError> {
    let mut source = source.take(file.bytes + 1);
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut length = 0;
    loop {
        let count = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(CopyError::Refused(Problem::Unreadable(error))),
        };
        length += count as u64;
        hasher.update(&buffer[..count]);
        sink.write_all(&buffer[..count]).map_err(CopyError::Write)?;
    }
    judge(file, length, &hex::encode(hasher.finalize())).map_err(CopyError::Refused)
}

/// Copies `source` to `target` by a temporary file beside it, so that `target` is never there in part.
///
/// A rename that a power cut undoes costs another fetch and no more, so the folder itself is not synced.
pub(crate) fn place(file: &FileDescription, source: impl Read, target: &Path) -> Result<(), CopyError> {
    let folder = target.parent().expect("a file of a store is in the folder of its dataset");
    fs::create_dir_all(folder).map_err(CopyError::Write)?;
    let mut temporary = temporary_in(folder).map_err(CopyError::Write)?;
    copy(file, source, &mut temporary)?;
    temporary.as_file().sync_all().map_err(CopyError::Write)?;
    temporary.persist(target).map_err(|error| CopyError::Write(error.error))?;
    Ok(())
}

/// Whoever the umask lets may read the file later: a course's staff may share a store.
fn temporary_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.prefix(".tito-").tempfile_in(folder)
}

fn judge(file: &FileDescription, length: u64, found: &str) -> Result<(), Problem> {
    if length > file.bytes {
        return Err(Problem::Longer { bytes: file.bytes });
    }
    if found != file.sha256 {
        return Err(Problem::Digest { expected: file.sha256, found: found.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MNIST;

    #[test]
    fn an_endless_source_is_read_one_byte_too_far() {
        let labels = &MNIST.files()[3];
        let mut sink = Vec::new();
        let error = copy(labels, io::repeat(0), &mut sink).unwrap_err();
        assert!(matches!(error, CopyError::Refused(Problem::Longer { bytes: 10_008 })), "{error:?}");
        assert_eq!(sink.len(), 10_009);
    }
}
