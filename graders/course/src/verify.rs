//! Whether a course is what its log says.

use std::{collections::BTreeSet, path::Path};

use tito_gradebook::{Entry, Event, Outcome};
use tito_ledger::{Tree, TreeHead, VerifierKey, leaf_hash};

use crate::{Course, CourseError, Manifest, Store, log::Raw};

/// What was looked at, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Entries of the log.
    pub entries: u64,
    /// Signed checkpoints.
    pub checkpoints: u64,
    /// Files in the store that the log speaks of, directly or by a manifest.
    pub files: u64,
    /// What is wrong; empty where everything is as it was.
    pub troubles: Vec<Trouble>,
}

/// One thing that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Which: `entry 17`, `store/ab…`.
    pub thing: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Course {
    /// Looks at the whole log of the course in this folder, and at everything in the store that it speaks of: whatever is wrong
    /// with them, and changing nothing. `key` is the course's; without one it is taken from the folder. A checkpoint that was
    /// published before, if given, must be one of this log, too: without it nobody can tell a log that was cut back to an
    /// earlier state.
    ///
    /// # Errors
    ///
    /// If the database, or a key that is needed, cannot be read at all; what is read and wrong is a [`Trouble`].
    pub fn verify(
        folder: &Path,
        key: Option<&VerifierKey>,
        published: Option<&str>,
    ) -> Result<Verified, CourseError> {
        let raw = Raw::read(&Self::database_in(folder))?;
        let key = key.map_or_else(|| Self::key_in(folder), |key| Ok(key.clone()))?;
        let mut verified = Verified::default();
        let entries = verified.log(&raw, &key, published);
        verified.store(&Self::store_in(folder), &entries);
        Ok(verified)
    }
}

impl Verified {
    fn trouble(&mut self, thing: impl Into<String>, problem: impl Into<String>) {
        self.troubles.push(Trouble { thing: thing.into(), problem: problem.into() });
    }

    /// Entries in their order under the roots that were signed after each append.
    fn log(&mut self, raw: &Raw, key: &VerifierKey, published: Option<&str>) -> Vec<Entry> {
        let Raw { entries: raw, checkpoints: notes } = raw;
        let mut signed: Vec<_> =
            notes.iter().map(|(size, note)| (*size, format!("checkpoint {size}"), head(note, key))).collect();
        if let Some(note) = published {
            let root = head(note, key);
            let size = root.as_ref().map_or(0, |head| head.size);
            signed.push((size, "the published checkpoint".into(), root));
        }
        signed.sort_by_key(|(size, ..)| *size);
        let (mut tree, mut entries, mut is_broken) = (Tree::new(), Vec::new(), false);
        let mut signed = signed.into_iter().peekable();
        for (place, bytes) in raw {
            if *place != tree.size() {
                self.trouble(format!("entry {}", tree.size()), format!("is not there: {place} follows"));
                break;
            }
            tree.push(leaf_hash(bytes));
            match serde_json::from_slice(bytes) {
                Ok(entry) => entries.push(entry),
                Err(error) => self.trouble(format!("entry {place}"), format!("cannot be read: {error}")),
            }
            while let Some((_, name, root)) = signed.next_if(|(size, ..)| *size <= tree.size()) {
                self.checkpoints += 1;
                match root {
                    Err(problem) => self.trouble(name, problem),
                    Ok(found) if found == tree.head() || is_broken => {}
                    Ok(_) => {
                        is_broken = true;
                        let problem = "is not what it was when it was noted, or not in its place";
                        self.trouble(format!("entry {place}"), format!("{problem} ({name})"));
                    }
                }
            }
        }
        for (_, name, _) in signed {
            self.trouble(name, format!("speaks of entries after the last one, {}", tree.size()));
        }
        if !raw.is_empty() && notes.last().is_none_or(|(size, _)| *size < tree.size()) {
            self.trouble(format!("entry {}", tree.size() - 1), "was never signed");
        }
        self.entries = tree.size();
        entries
    }

    /// Everything that the entries speak of.
    fn store(&mut self, store: &Store, entries: &[Entry]) {
        let mut seen = BTreeSet::new();
        for entry in entries {
            match &entry.event {
                Event::Received { submission, .. } => {
                    let Some(bytes) = self.file(store, submission, &mut seen) else { continue };
                    let Ok(manifest) = serde_json::from_slice::<Manifest>(&bytes) else {
                        self.trouble(format!("store/{submission}"), "is no manifest");
                        continue;
                    };
                    for file in manifest.blobs() {
                        self.file(store, &file.sha256, &mut seen);
                    }
                }
                Event::Graded { outcome, observed, .. } => {
                    let marks = match outcome {
                        Outcome::Graded(marks) => Some(&marks.grade),
                        _ => None,
                    };
                    for name in marks.into_iter().chain(observed) {
                        self.file(store, name, &mut seen);
                    }
                }
                _ => {}
            }
        }
    }

    fn file(&mut self, store: &Store, name: &str, seen: &mut BTreeSet<String>) -> Option<Vec<u8>> {
        if !seen.insert(name.to_owned()) {
            return None;
        }
        self.files += 1;
        store.get(name).map_err(|error| self.trouble(format!("store/{name}"), error.to_string())).ok()
    }
}

/// What a checkpoint says, if this key has signed it.
fn head(note: &str, key: &VerifierKey) -> Result<TreeHead, String> {
    key.open(note).map_err(|error| error.to_string())
}
