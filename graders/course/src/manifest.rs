//! What was handed in, file by file: the bytes of this are what a submission's name is the digest of.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tito_grade::ComponentId;

use crate::store;

/// What was handed in. Its SHA-256, as JSON without spaces in the order of these fields, is the submission's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Of this format.
    pub version: u32,
    /// The class.
    pub class: String,
    /// 1 to 5.
    pub milestone: u32,
    /// Whose it is.
    pub student: String,
    /// When it was handed in.
    pub submitted: Timestamp,
    /// Sixteen random bytes in hexadecimal, so that a name tells nobody whose it is.
    pub nonce: String,
    /// The name of the student's submission before this one.
    pub previous: Option<String>,
    /// The very bytes that were handed in; of a folder there are none.
    pub original: Option<FileId>,
    /// Every file in it by its path.
    pub files: BTreeMap<String, FileId>,
    /// Why it could not be read, where it could not.
    pub unreadable: Option<Unreadable>,
}

/// A file by its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileId {
    /// SHA-256, its name in the store.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// Why what was handed in could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unreadable {
    /// The rule's name.
    pub rule: String,
    /// The thing, the figure, the limit and the way out.
    pub message: String,
}

/// The name of the component among the files.
pub(crate) const COMPONENT: &str = "component.wasm";

impl Manifest {
    /// The bytes that its name is the digest of.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a manifest has string keys and no failing parts")
    }

    /// Its name.
    pub fn name(&self) -> String {
        store::name(&self.bytes())
    }

    /// The component, where there is one.
    pub fn component(&self) -> Option<ComponentId> {
        let FileId { sha256, bytes } = self.files.get(COMPONENT)?.clone();
        Some(ComponentId { sha256, bytes })
    }

    /// Everything that it names in the store.
    pub fn blobs(&self) -> impl Iterator<Item = &FileId> {
        self.original.iter().chain(self.files.values())
    }
}

impl FileId {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { sha256: store::name(bytes), bytes: bytes.len() as u64 }
    }
}
