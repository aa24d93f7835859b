//! Compiled components and what was found of them, kept between runs.
//!
//! Loading one is loading native code, so an entry is believed only if it carries a MAC under a key that lies
//! beside it, in a folder that only its owner can enter. An entry is found by the component's digest, the exact
//! release of wasmtime and the engine's settings: wasmtime's own check knows major releases alone.

use std::{
    fs, io,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tempfile::NamedTempFile;

use tito_sandbox::HostError;

const KEY_BYTES: usize = 32;
const MAC_BYTES: usize = 32;

/// A folder of compiled components.
#[derive(Clone, Debug)]
pub struct Cache {
    dir: PathBuf,
    key: [u8; KEY_BYTES],
}

impl Cache {
    /// Opens the cache in `dir`, making it and its key where they are not there.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made or read, or if anybody but its owner can enter it.
    pub fn open(dir: &Path) -> Result<Self, HostError> {
        let doing = || format!("cannot use the compile cache '{}'", dir.display());
        make_private(dir)
            .and_then(|()| read_or_make_key(dir))
            .map_err(|e| HostError::new(doing(), e))
            .map(|key| Self { dir: dir.to_owned(), key })
    }

    /// The entry of this name, if it is there and its MAC is right. A damaged entry is no entry.
    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        let entry = fs::read(self.dir.join(name)).ok()?;
        let (mac, code) = entry.split_at_checked(MAC_BYTES)?;
        self.mac(name, code).verify_slice(mac).is_ok().then(|| code.to_vec())
    }

    /// Writes an entry, whole or not at all.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, for example on a full disk.
    pub fn put(&self, name: &str, code: &[u8]) -> io::Result<()> {
        let mut file = NamedTempFile::new_in(&self.dir)?;
        file.write_all(&self.mac(name, code).finalize().into_bytes())?;
        file.write_all(code)?;
        file.persist(self.dir.join(name)).map_err(|e| e.error)?;
        Ok(())
    }

    fn mac(&self, name: &str, code: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(&(name.len() as u64).to_le_bytes());
        mac.update(name.as_bytes());
        mac.update(code);
        mac
    }
}

#[cfg(unix)]
fn make_private(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};

    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let ours = owner_of_what_we_make(dir)?;
    let found = fs::metadata(dir)?;
    if found.uid() != ours || found.mode() & 0o077 != 0 {
        return Err(io::Error::other(format!(
            "others can enter it (owner {}, mode {:o}); make it yours alone with chmod 700, or remove it",
            found.uid(),
            found.mode() & 0o777
        )));
    }
    Ok(())
}

/// Who we are; Linux says it without a file being made, which a cache that can only be read does not allow.
#[cfg(unix)]
fn owner_of_what_we_make(dir: &Path) -> io::Result<u32> {
    use std::os::unix::fs::MetadataExt as _;

    let known = fs::metadata("/proc/self").or_else(|_| NamedTempFile::new_in(dir)?.as_file().metadata());
    known.map(|metadata| metadata.uid())
}

#[cfg(not(unix))]
fn make_private(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}

fn read_or_make_key(dir: &Path) -> io::Result<[u8; KEY_BYTES]> {
    let path = dir.join("key");
    if !path.exists() {
        make_key(dir, &path)?;
    }
    let mut key = [0; KEY_BYTES];
    let read = fs::File::open(&path).and_then(|mut file| file.read_exact(&mut key));
    match read {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(io::Error::other("its key is damaged; remove the folder"))
        }
        other => other.map(|()| key),
    }
}

/// Two processes may make the key at once: the first to link its file wins, and the other reads that one.
fn make_key(dir: &Path, path: &Path) -> io::Result<()> {
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    let mut file = NamedTempFile::new_in(dir)?;
    file.write_all(&key)?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(spoil: impl FnOnce(&Path), found: bool) {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("cache");
        Cache::open(&dir).unwrap().put("entry", b"native code").unwrap();
        spoil(&dir);
        assert_eq!(Cache::open(&dir).unwrap().get("entry").is_some(), found);
    }

    #[test]
    fn only_what_was_put_there_is_found() {
        check(|_| {}, true);
        check(|dir| fs::remove_file(dir.join("entry")).unwrap(), false);
        check(|dir| fs::write(dir.join("entry"), b"short").unwrap(), false);
        check(|dir| fs::remove_file(dir.join("key")).unwrap(), false);
        let flip = |place: usize| {
            move |dir: &Path| {
                let mut bytes = fs::read(dir.join("entry")).unwrap();
                bytes[place] ^= 1;
                fs::write(dir.join("entry"), bytes).unwrap();
            }
        };
        check(flip(0), false);
        check(flip(MAC_BYTES), false);
    }

    #[test]
    fn a_damaged_key_is_said_with_the_way_out() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("cache");
        Cache::open(&dir).unwrap();
        fs::write(dir.join("key"), b"short").unwrap();
        let error = Cache::open(&dir).unwrap_err();
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("remove the folder"));
    }

    #[test]
    fn an_entry_under_another_name_is_not_found() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("cache");
        let cache = Cache::open(&dir).unwrap();
        cache.put("one", b"native code").unwrap();
        fs::rename(dir.join("one"), dir.join("two")).unwrap();
        assert_eq!(cache.get("two"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_can_enter_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;

        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let error = Cache::open(dir.path()).unwrap_err();
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("mode 755"));
    }
}
