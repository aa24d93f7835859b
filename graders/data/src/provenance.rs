//! Whose bytes a dataset is made of.

use std::fmt;

use serde::Serialize;

/// Whose bytes a dataset is made of. Somebody who reads a figure that was measured on it has to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Provenance {
    /// Those that its authors publish, or that are part of the program.
    Published,
    /// Those that somebody imported from files of the right form, whatever they hold.
    Imported {
        /// The SHA-256 of what `sha256sum` prints for the batches in the description's order: for CIFAR-10
        /// `sha256sum data_batch_?.bin test_batch.bin | sha256sum`. For a text of one's own, what it prints for that.
        /// Equal digests mean equal bytes.
        sha256: String,
    },
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Published => f.write_str("as published"),
            Self::Imported { sha256 } => write!(f, "as imported, SHA-256 {sha256}"),
        }
    }
}
