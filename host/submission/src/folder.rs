//! The files of an archive while it is read, held to every limit and to one meaning of each path.

use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Read},
};

use crate::{
    SubmissionLimits, path,
    refused::{Checked, Refused, Rule, shown},
};

/// The files of an archive while it is read.
pub(crate) struct Folder<'a> {
    limits: &'a SubmissionLimits,
    entries: u64,
    unpacked: u64,
    seen: HashMap<String, Kind>,
    files: BTreeMap<String, Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
}

impl<'a> Folder<'a> {
    pub(crate) fn new(limits: &'a SubmissionLimits) -> Self {
        Self { limits, entries: 0, unpacked: 0, seen: HashMap::new(), files: BTreeMap::new() }
    }

    /// Notes a folder, which holds nothing by itself.
    pub(crate) fn add_folder(&mut self, raw: &[u8]) -> Checked {
        self.count()?;
        match path::plain(raw, self.limits)? {
            Some(path) => self.claim(path, Kind::Folder),
            None => Ok(()),
        }
    }

    /// Reads a file to its end, or to the first byte too many. Gives how long it was.
    pub(crate) fn add_file(&mut self, raw: &[u8], content: impl Read) -> Checked<u64> {
        self.count()?;
        let Some(path) = path::plain(raw, self.limits)?.filter(|_| !raw.ends_with(b"/")) else {
            let message =
                format!("the file '{}' has the name of a folder", shown(&String::from_utf8_lossy(raw)));
            return Err(Refused::new(Rule::Path, message));
        };
        self.claim(path, Kind::File)?;
        let content = self.read(path, content)?;
        let bytes = content.len() as u64;
        if !path::is_litter(path) {
            self.files.insert(path.to_owned(), content);
        }
        Ok(bytes)
    }

    /// The files by path, without the one folder around all of them if there is one.
    pub(crate) fn into_files(self) -> BTreeMap<String, Vec<u8>> {
        let Some(around) = around_all(&self.files) else {
            return self.files;
        };
        self.files.into_iter().map(|(path, content)| (path[around..].to_owned(), content)).collect()
    }

    fn count(&mut self) -> Checked {
        self.entries += 1;
        let limit = (Rule::Entries, self.limits.entries);
        let subject = format!("the archive lists {} files and folders or more", self.entries);
        Refused::unless_within(limit, self.entries, &subject, "leave out what was generated")
    }

    /// Takes a path and the folders above it, unless another entry has it already.
    fn claim(&mut self, path: &str, kind: Kind) -> Checked {
        let folded = path::folded(path);
        for (end, _) in folded.match_indices('/') {
            if self.seen.insert(folded[..end].to_owned(), Kind::Folder) == Some(Kind::File) {
                let message = format!("the folder above '{}' is a file, too", shown(path));
                return Err(Refused::new(Rule::Duplicate, message));
            }
        }
        match self.seen.insert(folded, kind) {
            None => Ok(()),
            Some(Kind::Folder) if kind == Kind::Folder => Ok(()),
            Some(_) => {
                let message = format!(
                    "the archive has '{}' twice, or in two spellings that are one file to some systems; keep one",
                    shown(path)
                );
                Err(Refused::new(Rule::Duplicate, message))
            }
        }
    }

    fn read(&mut self, path: &str, content: impl Read) -> Checked<Vec<u8>> {
        let left = self.limits.unpacked_bytes.saturating_sub(self.unpacked);
        let most = left.min(self.limits.file_bytes);
        let bytes =
            up_to(most, content).map_err(|error| Refused::damaged(&format!("'{}'", shown(path)), &error))?;
        let found = bytes.len() as u64;
        let limit = (Rule::FileBytes, self.limits.file_bytes);
        let subject = format!("'{}' unpacks to {found} bytes or more", shown(path));
        Refused::unless_within(limit, found, &subject, "leave it out, or make it smaller")?;
        self.unpacked += found;
        let limit = (Rule::UnpackedBytes, self.limits.unpacked_bytes);
        unless_bomb(limit, self.unpacked)?;
        Ok(bytes)
    }
}

/// Holds what was unpacked so far against the limit on it.
pub(crate) fn unless_bomb(limit: (Rule, u64), unpacked: u64) -> Checked {
    let subject = format!("the archive unpacks to {unpacked} bytes or more");
    Refused::unless_within(limit, unpacked, &subject, "leave out data and what was generated")
}

/// All of a reader, or the first byte beyond `most` and no further.
pub(crate) fn up_to(most: u64, content: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    content.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The length of the one folder that is around every file, with its slash. `source/` has a meaning of its own.
fn around_all(files: &BTreeMap<String, Vec<u8>>) -> Option<usize> {
    let first = files.keys().next()?;
    let around = &first[..=first.find('/')?];
    let is_around = around != "source/" && files.keys().all(|path| path.starts_with(around));
    is_around.then_some(around.len())
}
