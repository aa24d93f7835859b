//! How large a submission may be.

use serde::{Deserialize, Serialize};

/// How large a submission may be. Unpacked sizes are counted while unpacking; what a header claims is never believed.
///
/// The defaults leave room for a checkpoint of ten million parameters. Unknown keys are errors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SubmissionLimits {
    /// The file that is handed in.
    pub archive_bytes: u64,
    /// Everything that the archive unpacks to; of a `.tar.gz` the whole tar, with its headers and padding.
    pub unpacked_bytes: u64,
    /// One unpacked file.
    pub file_bytes: u64,
    /// Files and folders that the archive lists, with those that are passed over.
    pub entries: u64,
    /// One path, in UTF-8.
    pub path_bytes: u64,
    /// The names in one path: `source/layers/dense.rs` has three.
    pub path_depth: u64,
    /// `submission.toml`.
    pub manifest_bytes: u64,
}

impl SubmissionLimits {
    /// For the archive that a whole class's submissions come in, which an instructor has fetched: a thousand times as many
    /// files, in 4 GiB.
    pub fn of_class() -> Self {
        let one = Self::default();
        Self {
            archive_bytes: 4096 * MIB,
            unpacked_bytes: 4096 * MIB,
            entries: 1_000 * one.entries,
            path_depth: one.path_depth + 4,
            path_bytes: 2 * one.path_bytes,
            ..one
        }
    }
}

const MIB: u64 = 1 << 20;

impl Default for SubmissionLimits {
    fn default() -> Self {
        Self {
            archive_bytes: 64 * MIB,
            unpacked_bytes: 128 * MIB,
            file_bytes: 64 * MIB,
            entries: 1_000,
            path_bytes: 240,
            path_depth: 12,
            manifest_bytes: MIB / 16,
        }
    }
}
