//! SHA-256 as RFC 6962 uses it: what is hashed of a leaf is never what is hashed of an inner node.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use thiserror::Error;

/// A SHA-256 digest: of a leaf, of an inner node, or the root of a tree.
///
/// It is written and read in hexadecimal; notes and receipts write it in base64, as their formats ask for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The root of a tree without leaves, SHA-256 of nothing.
    pub(crate) fn of_nothing() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What the tree keeps of an entry: SHA-256 of a zero byte and the entry's bytes (RFC 6962, §2.1).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// An inner node. The byte in front keeps anybody from passing two hashes off as an entry.
pub(crate) fn interior(left: Hash, right: Hash) -> Hash {
    Hash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// A text that is no hash.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{0}' is not a hash: give 64 hexadecimal digits")]
pub struct HashError(String);

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| HashError(text.to_owned()))?;
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(text.parse::<Hash>().ok().map(|hash| hash.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let written = Hash::of_nothing().to_string();
        check(&written, Some("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        check(&written.to_uppercase(), Some(&written));
        check(&written[2..], None);
        check(&format!("{written}00"), None);
        check(&written.replace('e', "g"), None);
        check(&format!("{} ", &written[1..]), None);
        check("", None);
    }
}
