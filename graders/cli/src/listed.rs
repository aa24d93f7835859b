//! What lies in a folder that somebody handed over.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// What lies below a folder, by paths from there, sorted.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Listed {
    /// Regular files.
    pub(crate) files: Vec<PathBuf>,
    /// Links, which are not followed, and whatever else is no file.
    pub(crate) others: Vec<PathBuf>,
}

impl Listed {
    /// What is below a folder. Where files, and folders that are yet to be looked into, are more than `most`, it looks no further.
    pub(crate) fn of(folder: &Path, most: usize) -> Result<Self, Failure> {
        let (mut folders, mut listed) = (vec![folder.to_owned()], Self::default());
        while let Some(inner) = folders.pop() {
            let failed = |error| Failure::io("list the folder", &inner, error);
            for entry in fs::read_dir(&inner).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let kind = entry.file_type().map_err(failed)?;
                match (kind.is_dir(), kind.is_file()) {
                    (true, _) => folders.push(entry.path()),
                    (_, true) => listed.files.push(inside(folder, &entry.path())),
                    _ => listed.others.push(inside(folder, &entry.path())),
                }
                if listed.files.len() + folders.len() > most {
                    folders.clear();
                    break;
                }
            }
        }
        listed.files.sort();
        listed.others.sort();
        Ok(listed)
    }
}

fn inside(folder: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(folder).expect("what lies below a folder has its path as a prefix").to_owned()
}

/// A path with `/` between its names.
pub(crate) fn named(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn links_are_named_and_not_followed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("ann")).expect("it can be made");
        fs::write(folder.path().join("ann/component.wasm"), "x").expect("it can be written");
        std::os::unix::fs::symlink("ann", folder.path().join("bob")).expect("it can be linked");
        let listed = Listed::of(folder.path(), usize::MAX).expect("it can be listed");
        let (files, others) = (vec!["ann/component.wasm".into()], vec!["bob".into()]);
        assert_eq!(listed, Listed { files, others });
    }
}
