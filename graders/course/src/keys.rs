//! Thirty-two random bytes in a file that nobody but its owner reads.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
};

use crate::CourseError;

/// How many bytes a key has.
const BYTES: usize = 32;

/// A new key in a new file.
pub(crate) fn create(path: &Path) -> Result<[u8; BYTES], CourseError> {
    let mut key = [0; BYTES];
    getrandom::fill(&mut key)
        .map_err(|error| CourseError::io("make a key for", path)(std::io::Error::other(error)))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(hex::encode(key).as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    written.map_err(CourseError::io("write", path))?;
    Ok(key)
}

/// Makes a file that nobody but its owner reads, if it is not there yet.
pub(crate) fn own(path: &Path) -> Result<(), CourseError> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ()).map_err(CourseError::io("write", path))
}

/// Makes a folder that nobody but its owner enters.
pub(crate) fn own_folder(path: &Path) -> Result<(), CourseError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(CourseError::io("make the folder", path))
}

/// The key in a file, unless others can read it.
pub(crate) fn read(path: &Path) -> Result<[u8; BYTES], CourseError> {
    let failed = CourseError::io("read", path);
    let text = fs::metadata(path).and_then(|found| Ok((found, fs::read_to_string(path)?)));
    let (found, text) = text.map_err(failed)?;
    if is_readable_by_others(&found) {
        return Err(CourseError::Readable(path.to_owned()));
    }
    let mut key = [0; BYTES];
    hex::decode_to_slice(text.trim(), &mut key)
        .map_err(|error| CourseError::Damaged(format!("'{}' is no key: {error}", path.display())))?;
    Ok(key)
}

#[cfg(unix)]
fn is_readable_by_others(found: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o077 != 0
}

#[cfg(not(unix))]
fn is_readable_by_others(_: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written_and_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let key = create(&path).unwrap();
        assert_eq!(read(&path).unwrap(), key);
        assert!(create(&path).is_err(), "a key is never written over");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            assert!(matches!(read(&path), Err(CourseError::Readable(_))));
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        fs::write(&path, "0011").unwrap();
        assert!(matches!(read(&path), Err(CourseError::Damaged(_))));
    }
}
