//! What is said of a whole log in forty bytes.

use crate::Hash;

/// How many entries a log has and what they hash to.
///
/// It is worth what its source is worth: one from [`VerifierKey::open`](crate::VerifierKey::open) was signed, one from
/// [`Tree::head`](crate::Tree::head) was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeHead {
    /// Entries.
    pub size: u64,
    /// The Merkle tree hash of them all (RFC 6962, §2.1).
    pub root: Hash,
}
