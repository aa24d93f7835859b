//! The public half of a log's key.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, VerifyingKey};

use crate::key_id::{ED25519, KeyId};
use crate::note::Note;
use crate::text::{base64, parse_base64};
use crate::{KeyError, NoteError, TreeHead, checkpoint};

/// Whom one believes: the name of a log and its Ed25519 key.
///
/// Its text is C2SP's verifier key, `name+hash+base64(1 ‖ key)`, one line that may be published anywhere; who checks a
/// receipt must have it from somewhere else than the receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    id: KeyId,
    key: VerifyingKey,
}

impl VerifierKey {
    pub(crate) fn new(id: KeyId, key: VerifyingKey) -> Self {
        Self { id, key }
    }

    /// The name of the log, which is the first line of its checkpoints too.
    pub fn name(&self) -> &str {
        self.id.name()
    }

    /// What a signed checkpoint says, when this key has signed it. Signatures of others, such as witnesses or the key
    /// before or after this one, may stand beside and are not looked at.
    ///
    /// # Errors
    ///
    /// [`NoteError`]: it is no note, not signed by this key, or no checkpoint of this key's log. Lines that extend a
    /// checkpoint are refused, since a log of ours has none and nobody could check them.
    pub fn open(&self, note: &str) -> Result<TreeHead, NoteError> {
        checkpoint::parse(Note::parse(note)?.verified_by(self)?, self.name())
    }

    pub(crate) fn id(&self) -> &KeyId {
        &self.id
    }

    /// Strictly: a signature has one form, and a key of small order verifies nothing.
    pub(crate) fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}", self.id, base64([&[ED25519], self.key.as_bytes().as_slice()].concat()))
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let malformed = || KeyError::Malformed(text.to_owned());
        let [name, _, encoded] = *text.splitn(3, '+').collect::<Vec<_>>() else { return Err(malformed()) };
        let decoded = parse_base64(encoded).ok_or_else(malformed)?;
        let Some((&ED25519, public)) = decoded.split_first() else { return Err(malformed()) };
        let public = public.try_into().map_err(|_| malformed())?;
        let key = VerifyingKey::from_bytes(public).map_err(|_| malformed())?;
        let key = Self::new(KeyId::of(name, public)?, key);
        if key.to_string() == text { Ok(key) } else { Err(KeyError::Hash(text.to_owned())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        match (text.parse::<VerifierKey>(), expected) {
            (Ok(key), Ok(name)) => assert_eq!((key.name(), key.to_string().as_str()), (name, text)),
            (Err(found), Err(problem)) => {
                assert!(found.to_string().contains(problem), "'{found}': '{problem}'");
            }
            (found, expected) => panic!("{text}: {found:?}, not {expected:?}"),
        }
    }

    #[test]
    fn a_key_is_read_as_it_was_published() {
        check(KEY, Ok("PeterNeumann"));
        // The key of a public log, Sigstore's Rekor of 2025.
        let rekor = "log2025-1.rekor.sigstore.dev+cf119915+AbfK5adZJxsI323FwGD2AJJ9F4i89cfDuLdGJBIYntuO";
        check(rekor, Ok("log2025-1.rekor.sigstore.dev"));
        check(&KEY.replace("c74f20a3", "C74F20A3"), Err("was changed"));
        check(&KEY.replace("PeterNeumann", "PeterNewmann"), Err("was changed"));
        check(&KEY.replace("PeterNeumann", ""), Err("cannot name a log"));
        check(&KEY.replace("PeterNeumann", "Peter Neumann"), Err("cannot name a log"));
        check("PeterNeumann+c74f20a3", Err("no verifier key"));
    }

    /// Both with the hash that would be right for them.
    #[test]
    fn a_key_of_another_length_or_algorithm_is_refused() {
        check(
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
            Err("no verifier key"),
        );
        check("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", Err("no verifier key"));
    }

    #[test]
    fn every_part_of_a_key_and_every_changed_byte_is_refused() {
        let parts = (0..KEY.len()).flat_map(|from| (from..=KEY.len()).map(move |to| &KEY[from..to]));
        for part in parts.filter(|&part| part != KEY) {
            assert!(part.parse::<VerifierKey>().is_err(), "{part}");
        }
        for at in 0..KEY.len() {
            for bit in 0..7 {
                let mut bytes = KEY.as_bytes().to_vec();
                bytes[at] ^= 1 << bit;
                let text = String::from_utf8(bytes).unwrap();
                assert!(text.parse::<VerifierKey>().is_err(), "{text}");
            }
        }
    }

    /// Under the neutral element a signature of it and zero would hold for every text.
    #[test]
    fn a_key_of_small_order_verifies_nothing() {
        let neutral = [&[1], [0; 31].as_slice()].concat().try_into().unwrap();
        let key =
            VerifierKey::new(KeyId::of("n", &neutral).unwrap(), VerifyingKey::from_bytes(&neutral).unwrap());
        assert!(!key.verifies("text", &[neutral, [0; 32]].concat()));
    }
}
