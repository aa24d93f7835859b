//! Files that are written whole or not at all.

use std::{fs, io, io::Write, path::Path};

use tempfile::NamedTempFile;

use crate::folders;

/// Writes a file, and the folder that it lies in. Whoever reads it meanwhile, or after a power cut, sees what was there
/// before or all of it.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = folders::parent(path);
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map(|_| ()).map_err(|error| error.error)
}
