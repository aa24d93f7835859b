//! What a student keeps to prove what was handed in and when.

use serde::{Deserialize, Serialize};
use tito_gradebook::{Entry, Event};
use tito_ledger::{Receipt, TreeHead, VerifierKey};

use crate::{Course, CourseError, Manifest, store};

/// What goes with the proof, so that a receipt is enough by itself.
#[derive(Serialize, Deserialize)]
struct Extra {
    /// The entry of the log, byte for byte.
    entry: String,
    /// The manifest, byte for byte: what the submission's name is the digest of.
    manifest: String,
}

/// What a receipt proves.
#[derive(Clone, Debug, PartialEq)]
pub struct Proved {
    /// What was handed in.
    pub manifest: Manifest,
    /// The entry that says so.
    pub entry: Entry,
    /// The log that has it.
    pub log: TreeHead,
}

impl Course {
    /// The receipt of a submission, against the log as it is now.
    ///
    /// # Errors
    ///
    /// If there is no such submission.
    pub fn receipt(&self, submission: &str) -> Result<Receipt, CourseError> {
        let unknown = || CourseError::Damaged(format!("the log has no submission {submission}"));
        let text = |bytes| String::from_utf8(bytes).map_err(|_| unknown());
        let manifest = text(self.store().get(submission)?)?;
        let found = self.log().with_text(submission)?;
        let mut found = found.into_iter().filter(|(_, bytes)| is_received(bytes, submission));
        let (place, entry) = found.next().ok_or_else(unknown)?;
        let extra = Extra { entry: text(entry)?, manifest };
        let extra = serde_json::to_vec(&extra).expect("it has string keys and no failing parts");
        self.log().receipt(place, extra)
    }
}

fn is_received(entry: &[u8], name: &str) -> bool {
    let entry: Result<Entry, _> = serde_json::from_slice(entry);
    matches!(entry.map(|entry| entry.event), Ok(Event::Received { submission, .. }) if submission == name)
}

impl Proved {
    /// What a receipt proves to whoever trusts this key, without the course.
    ///
    /// # Errors
    ///
    /// Why it proves nothing.
    pub fn by(receipt: &Receipt, key: &VerifierKey) -> Result<Self, String> {
        let extra: Extra = serde_json::from_slice(&receipt.extra)
            .map_err(|error| format!("it has no entry and manifest: {error}"))?;
        let log = receipt.verify(extra.entry.as_bytes(), key).map_err(|error| error.to_string())?;
        let entry: Entry = serde_json::from_str(&extra.entry).map_err(|error| error.to_string())?;
        let Event::Received { submission, .. } = &entry.event else {
            return Err("the entry is not that of something that was handed in".into());
        };
        if store::name(extra.manifest.as_bytes()) != *submission {
            return Err("the manifest is not that of the submission".into());
        }
        let manifest = serde_json::from_str(&extra.manifest).map_err(|error| error.to_string())?;
        Ok(Self { manifest, entry, log })
    }
}
