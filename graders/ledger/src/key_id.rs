//! How notes name a key.

use std::fmt;

use sha2::{Digest, Sha256};
use thiserror::Error;

/// The algorithm byte of Ed25519 in notes and verifier keys.
pub(crate) const ED25519: u8 = 1;

/// A key's name and four bytes of its hash. Anybody can make a key with the same id, but no signature with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyId {
    name: String,
    hash: [u8; 4],
}

impl KeyId {
    pub(crate) fn new(name: &str, hash: [u8; 4]) -> Result<Self, KeyError> {
        let spoils = |c: char| c.is_whitespace() || c < ' ' || c == '+';
        if name.is_empty() || name.contains(spoils) {
            return Err(KeyError::Name(name.to_owned()));
        }
        Ok(Self { name: name.to_owned(), hash })
    }

    /// The id of an Ed25519 key.
    pub(crate) fn of(name: &str, public: &[u8; 32]) -> Result<Self, KeyError> {
        let digest =
            Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(public).finalize();
        let hash = digest.first_chunk().expect("SHA-256 has 32 bytes");
        Self::new(name, *hash)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn hash(&self) -> &[u8] {
        &self.hash
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}", self.name, hex::encode(self.hash))
    }
}

/// Why something is no key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// A note cannot name it.
    #[error(
        "'{0}' cannot name a log: give a name without spaces and plus signs, such as 'example.edu/cs101'"
    )]
    Name(String),
    /// A text that is no verifier key.
    #[error("'{0}' is no verifier key: give a line of the form name+hash+key, as the log has published it")]
    Malformed(String),
    /// Name and key are not those that were published together.
    #[error(
        "verifier key '{0}' was changed: its hash is not that of its name and key; take it from the log again"
    )]
    Hash(String),
}
