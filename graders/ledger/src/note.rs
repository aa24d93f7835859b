//! C2SP signed notes (`c2sp.org/signed-note`): a text, an empty line, and a line for everyone who signed it.

use thiserror::Error;

use crate::VerifierKey;
use crate::key_id::KeyId;
use crate::text::{base64, parse_base64};

/// Signature lines that are read; the specification asks for sixteen at least.
const MAX_SIGNATURES: usize = 100;

/// A note of the right form. Its text is given to nobody before a key has verified it.
pub(crate) struct Note<'a> {
    text: &'a str,
    signatures: Vec<Signature>,
}

impl<'a> Note<'a> {
    pub(crate) fn parse(note: &'a str) -> Result<Self, NoteError> {
        if note.contains(|c: char| c < ' ' && c != '\n') {
            return Err(NoteError::Malformed("it has a control character, such as a carriage return"));
        }
        let (text, lines) =
            note.rsplit_once("\n\n").ok_or(NoteError::Malformed("no empty line ends its text"))?;
        let lines =
            lines.strip_suffix('\n').ok_or(NoteError::Malformed("it does not end with a signature line"))?;
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(NoteError::Malformed("it has more than 100 signatures"));
        }
        let signatures = lines.split('\n').map(Signature::parse).collect::<Option<_>>();
        let signatures = signatures.ok_or(NoteError::Malformed("a line below its text is no signature"))?;
        Ok(Self { text: &note[..text.len() + 1], signatures })
    }

    /// The text, ending with a newline, when `key` has signed it. Every signature that claims to be by this key must
    /// be; those of others are nobody's business here.
    pub(crate) fn verified_by(&self, key: &VerifierKey) -> Result<&'a str, NoteError> {
        let mut own = self.signatures.iter().filter(|signature| signature.by == *key.id()).peekable();
        if own.peek().is_none() {
            return Err(NoteError::NotSigned(key.id().to_string()));
        }
        if own.all(|signature| key.verifies(self.text, &signature.bytes)) {
            Ok(self.text)
        } else {
            Err(NoteError::BadSignature(key.id().to_string()))
        }
    }
}

/// Why a note is not believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoteError {
    /// It is not of the form of a signed note.
    #[error("this is no signed note: {0}; take it from where it was published, unchanged")]
    Malformed(&'static str),
    /// No signature is by the key.
    #[error("the note is not signed by key '{0}'; take the key that its log has published")]
    NotSigned(String),
    /// A signature that names the key is not by it, or not for this text.
    #[error("the note was changed or forged: the signature under the name of key '{0}' is not its own")]
    BadSignature(String),
    /// It is signed and is no checkpoint.
    #[error("the signed note is no checkpoint: {0}; use a tito that knows the form of its log")]
    NoCheckpoint(&'static str),
    /// It is a checkpoint of a log that is called otherwise than the key.
    #[error("the checkpoint is of log '{found}', and the key is for '{expected}'; take the key of that log")]
    Origin {
        /// The checkpoint's first line.
        found: String,
        /// The key's name.
        expected: String,
    },
}

/// One line below the text: em dash, name, and in base64 four bytes of the key's hash and what the key made.
struct Signature {
    by: KeyId,
    bytes: Vec<u8>,
}

impl Signature {
    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
        let decoded = parse_base64(encoded)?;
        let (hash, bytes) = decoded.split_first_chunk()?;
        let by = KeyId::new(name, *hash).ok()?;
        (!bytes.is_empty()).then(|| Self { by, bytes: bytes.to_vec() })
    }
}

/// The line, with its newline, by which `id` signs a text.
pub(crate) fn signature_line(id: &KeyId, signature: &[u8]) -> String {
    format!("— {} {}\n", id.name(), base64([id.hash(), signature].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SigningKey;

    /// The note that Go's `golang.org/x/mod/sumdb/note`, where the format is from, is tested with.
    const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                        then you don't know what your problem is.\n";
    const SEED: &str = "810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173";
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const OTHER: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
    const SIGNATURE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqf\
                             qdngotpRZb6KE6RyyBwJnAM=\n";
    const OTHERS: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLo\
                          x33WWd1RvMc+QQ=\n";

    #[track_caller]
    fn check(note: &str, key: &str, expected: Result<(), &str>) {
        let found = Note::parse(note).and_then(|note| note.verified_by(&key.parse().unwrap()));
        match (found, expected) {
            (Ok(text), Ok(())) => assert_eq!(text, TEXT),
            (Err(found), Err(problem)) => {
                assert!(found.to_string().contains(problem), "'{found}': '{problem}'");
            }
            (found, expected) => panic!("{found:?}, not {expected:?}"),
        }
    }

    fn key() -> SigningKey {
        let seed = <[u8; 32]>::try_from(hex::decode(SEED).unwrap()).unwrap();
        SigningKey::new("PeterNeumann", &seed).unwrap()
    }

    #[test]
    fn a_key_signs_as_it_does_elsewhere() {
        assert_eq!(key().verifier().to_string(), KEY);
        assert_eq!(key().line(TEXT), SIGNATURE);
    }

    #[test]
    fn what_a_key_signed_is_opened_with_it() {
        check(&format!("{TEXT}\n{SIGNATURE}"), KEY, Ok(()));
        check(&format!("{TEXT}\n{OTHERS}"), OTHER, Ok(()));
        check(&format!("{TEXT}\n{OTHERS}"), KEY, Err("not signed by key 'PeterNeumann+c74f20a3'"));
        for lines in [[SIGNATURE, OTHERS], [OTHERS, SIGNATURE]] {
            check(&format!("{TEXT}\n{}", lines.concat()), KEY, Ok(()));
            check(&format!("{TEXT}\n{}", lines.concat()), OTHER, Ok(()));
        }
    }

    #[test]
    fn signatures_are_counted() {
        check(&format!("{TEXT}\n{}{SIGNATURE}", OTHERS.repeat(99)), KEY, Ok(()));
        check(&format!("{TEXT}\n{}{SIGNATURE}", OTHERS.repeat(100)), KEY, Err("more than 100 signatures"));
    }

    #[test]
    fn a_signature_that_names_the_key_must_be_its_own() {
        let forged = SIGNATURE.replace("ZJku", "ZJkv");
        check(&format!("{TEXT}\n{forged}"), KEY, Err("changed or forged"));
        check(&format!("{TEXT}\n{SIGNATURE}{forged}"), KEY, Err("changed or forged"));
        check(&format!("{TEXT}\n{OTHERS}{forged}"), OTHER, Ok(()));
        check(&format!("{TEXT}\n— PeterNeumann x08go/ZJkuBS\n"), KEY, Err("changed or forged"));
        check(&format!("{TEXT}\n— PeterNeumann x08gow==\n"), KEY, Err("no signature"));
    }

    #[test]
    fn what_is_no_note_is_refused() {
        check(TEXT, KEY, Err("no empty line"));
        check(&format!("{TEXT}\n"), KEY, Err("does not end with a signature"));
        check(&format!("{TEXT}\n{}", SIGNATURE.trim_end()), KEY, Err("does not end with a signature"));
        check(&format!("\u{1}{TEXT}\n{SIGNATURE}"), KEY, Err("control character"));
        check(&format!("{TEXT}\n{SIGNATURE}").replace('\n', "\r\n"), KEY, Err("control character"));
        check(&format!("{TEXT}\n{SIGNATURE}\n"), KEY, Err("does not end with a signature"));
        check(&format!("{TEXT}\n{SIGNATURE}and more\n"), KEY, Err("no signature"));
        check(
            &format!("{TEXT}\n{}", SIGNATURE.replace("PeterNeumann", "Peter Neumann")),
            KEY,
            Err("no signature"),
        );
        check(
            &format!("{TEXT}\n{}", SIGNATURE.replace("PeterNeumann", "Peter+Neumann")),
            KEY,
            Err("no signature"),
        );
        check(&format!("{TEXT}\n{}", SIGNATURE.replace('—', "-")), KEY, Err("no signature"));
        check(&format!("{TEXT}\n{}", SIGNATURE.replace('=', "")), KEY, Err("no signature"));
    }
}
