//! Bytes under their SHA-256: written once, never changed, checked whenever they are read.

use std::{
    collections::BTreeMap,
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::{CourseError, Manifest};

/// Bytes under their SHA-256. No name that a student chose is ever a name on the disk.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// The SHA-256 of these bytes in lower-case hexadecimal: the name that they are kept under.
pub(crate) fn name(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

impl Store {
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Keeps these bytes, and gives their name. When it returns they are on the disk: the file is written beside its place,
    /// synced and then moved there.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn put(&self, bytes: &[u8]) -> Result<String, CourseError> {
        let name = name(bytes);
        let path = self.path(&name);
        // What is there under this name and was read whole is these bytes; a damaged file is written anew.
        if fs::read(&path).is_ok_and(|there| there == bytes) {
            return Ok(name);
        }
        write(&path, bytes).map_err(CourseError::io("write", path))?;
        Ok(name)
    }

    /// The bytes of this name.
    ///
    /// # Errors
    ///
    /// If they are not there or not what they were.
    pub fn get(&self, name: &str) -> Result<Vec<u8>, CourseError> {
        let path = self.path(name);
        let bytes = fs::read(&path).map_err(CourseError::io("read", &path))?;
        match self::name(&bytes) == name {
            true => Ok(bytes),
            false => Err(CourseError::Damaged(format!("'{}' is not what it was", path.display()))),
        }
    }

    /// What was handed in under this name.
    ///
    /// # Errors
    ///
    /// If it is not there or not what it was.
    pub fn manifest(&self, submission: &str) -> Result<Manifest, CourseError> {
        serde_json::from_slice(&self.get(submission)?).map_err(|error| {
            CourseError::Damaged(format!("submission {submission} has no manifest: {error}"))
        })
    }

    /// The files of a submission, by their paths.
    ///
    /// # Errors
    ///
    /// If one is not there or not what it was.
    pub fn files(&self, manifest: &Manifest) -> Result<BTreeMap<String, Vec<u8>>, CourseError> {
        let files = manifest.files.iter();
        files.map(|(path, file)| Ok((path.clone(), self.get(&file.sha256)?))).collect()
    }

    /// Where the bytes of a name are. A name is 64 hexadecimal digits: whoever has another one has no file here.
    fn path(&self, name: &str) -> PathBuf {
        let is_name = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_name { self.folder.join(&name[..2]).join(name) } else { self.folder.join("no-such-name") }
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().expect("a name lies in a folder");
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // That the name is there must be on the disk, too, before anybody is told so.
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_got_and_damage_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::in_folder(folder.path().to_owned());
        let name = store.put(b"bytes").unwrap();
        assert_eq!(name, store.put(b"bytes").unwrap());
        assert_eq!(store.get(&name).unwrap(), b"bytes");
        fs::write(store.path(&name), b"other").unwrap();
        assert!(matches!(store.get(&name), Err(CourseError::Damaged(_))));
        store.put(b"bytes").unwrap();
        assert_eq!(store.get(&name).unwrap(), b"bytes");
        for nobody in ["", "../../etc/passwd", &"0".repeat(64)] {
            assert!(matches!(store.get(nobody), Err(CourseError::Io { .. })), "{nobody}");
        }
    }
}
