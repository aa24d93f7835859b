//! The secret half of a log's key.

use std::fmt;

use ed25519_dalek::Signer;

use crate::key_id::KeyId;
use crate::note::signature_line;
use crate::{KeyError, NoteError, TreeHead, VerifierKey, checkpoint};

/// What a log signs its checkpoints with. Nothing prints its seed, and it is wiped from memory when dropped.
pub struct SigningKey {
    id: KeyId,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// The key of the log called `name` with this seed, which are 32 random bytes.
    ///
    /// # Errors
    ///
    /// [`KeyError::Name`] where a note cannot name it.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        Ok(Self { id: KeyId::of(name, key.verifying_key().as_bytes())?, key })
    }

    /// What to publish.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey::new(self.id.clone(), self.key.verifying_key())
    }

    /// A checkpoint (`c2sp.org/tlog-checkpoint`) of the log, as a signed note.
    ///
    /// Whoever signs must not sign a head that does not continue those that were signed before; that is the caller's
    /// duty, for a key remembers nothing.
    pub fn sign(&self, head: &TreeHead) -> String {
        let text = checkpoint::text(self.id.name(), head);
        format!("{text}\n{}", self.line(&text))
    }

    /// Adds this key's signature to a checkpoint that the key before it has signed: whoever believes the old key learns
    /// that it has handed over, and whoever has the new one can open it too.
    ///
    /// # Errors
    ///
    /// [`NoteError`]: the old key has not signed it, or it is of a log of another name.
    pub fn countersign(&self, note: &str, old: &VerifierKey) -> Result<String, NoteError> {
        let text = checkpoint::text(self.id.name(), &old.open(note)?);
        if old.name() != self.id.name() {
            return Err(NoteError::Origin {
                found: old.name().to_owned(),
                expected: self.id.name().to_owned(),
            });
        }
        Ok(format!("{note}{}", self.line(&text)))
    }

    /// The line by which this key signs a text.
    pub(crate) fn line(&self, text: &str) -> String {
        signature_line(&self.id, &self.key.sign(text.as_bytes()).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id.to_string()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tree;

    fn key(name: &str, seed: u8) -> SigningKey {
        SigningKey::new(name, &[seed; 32]).unwrap()
    }

    #[test]
    fn nothing_prints_the_seed() {
        let shown = format!("{:?} {:#?}", key("log", 77), key("log", 77));
        assert!(shown.starts_with("SigningKey { id: \"log+"), "{shown}");
        assert!(!shown.contains("77") && !shown.contains("4d4d"), "{shown}");
    }

    #[test]
    fn a_name_that_would_spoil_a_note_is_refused() {
        let check =
            |name: &str, good: bool| assert_eq!(SigningKey::new(name, &[1; 32]).is_ok(), good, "{name:?}");
        check("example.edu/cs101", true);
        check("université/ß", true);
        for name in ["", "a b", "a\nb", "a+b", "a\u{a0}b", "a\u{1}b", "a\r"] {
            check(name, false);
        }
    }

    #[test]
    fn a_key_hands_over_to_the_next() {
        let head = Tree::new().head();
        let (old, new) = (key("log", 1), key("log", 2));
        let note = new.countersign(&old.sign(&head), &old.verifier()).unwrap();
        assert_eq!(old.verifier().open(&note), Ok(head));
        assert_eq!(new.verifier().open(&note), Ok(head));
        assert_eq!(note.lines().filter(|line| line.starts_with("— log ")).count(), 2);
    }

    #[test]
    fn nothing_is_countersigned_that_the_key_before_has_not_signed() {
        let signed = key("log", 1).sign(&Tree::new().head());
        let check = |by: SigningKey, old: SigningKey, expected: &str| {
            let found = by.countersign(&signed, &old.verifier()).unwrap_err().to_string();
            assert!(found.contains(expected), "'{found}': '{expected}'");
        };
        check(key("log", 2), key("log", 3), "not signed by key 'log+");
        check(key("elsewhere", 2), key("log", 1), "is of log 'log', and the key is for 'elsewhere'");
    }
}
