//! What somebody keeps to prove, without the log, that it has an entry.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::text::{base64, parse_base64, parse_decimal, parse_hash};
use crate::{Hash, NoteError, ProofError, TreeHead, VerifierKey, leaf_hash, verify_inclusion};

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// A C2SP transparency log proof (`c2sp.org/tlog-proof@v1`), to be kept in a file that ends in `.tlog-proof`.
///
/// ```text
/// c2sp.org/tlog-proof@v1
/// extra c3VibWlzc2lvbg==
/// index 2
/// <a hash in base64, for every level of the tree, from the leaf's neighbour up>
///
/// <the checkpoint, a signed note, as it was signed>
/// ```
///
/// With the bytes of the entry and the key of the log it proves that the log had the entry when the checkpoint was
/// signed. It does not prove when that was, nor that the log is the one that others are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What else belongs to it; empty where its line is left out. Nobody has signed it.
    pub extra: Vec<u8>,
    /// Which entry, from zero.
    pub index: u64,
    /// What [`Tree::inclusion`](crate::Tree::inclusion) gave for this index and the size in the checkpoint.
    pub proof: Vec<Hash>,
    /// The signed checkpoint, what [`SigningKey::sign`](crate::SigningKey::sign) gave.
    pub checkpoint: String,
}

impl Receipt {
    /// The head of the log that has this entry, as signed by `key`.
    ///
    /// # Errors
    ///
    /// [`ReceiptError`]: the checkpoint was not signed by this key, or it is not of a log with this entry at this index.
    pub fn verify(&self, entry: &[u8], key: &VerifierKey) -> Result<TreeHead, ReceiptError> {
        let head = key.open(&self.checkpoint)?;
        verify_inclusion(leaf_hash(entry), self.index, &self.proof, &head)?;
        Ok(head)
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if !self.extra.is_empty() {
            writeln!(f, "extra {}", base64(&self.extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", base64(hash.as_bytes())))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Receipt {
    type Err = ReceiptError;

    /// Reads the form alone; what it says is believed after [`Receipt::verify`].
    fn from_str(text: &str) -> Result<Self, ReceiptError> {
        let malformed = ReceiptError::Malformed;
        let (top, checkpoint) = text.split_once("\n\n").ok_or(malformed("no empty line ends the proof"))?;
        let mut lines = top.split('\n').peekable();
        lines.next_if_eq(&HEADER).ok_or(malformed("its first line is not 'c2sp.org/tlog-proof@v1'"))?;
        let extra = match lines.next_if(|line| line.starts_with("extra ")) {
            Some(line) => parse_extra(line).ok_or(malformed("its line 'extra' has no base64"))?,
            None => Vec::new(),
        };
        let index =
            lines.next().and_then(parse_index).ok_or(malformed("it has no line 'index' with a number"))?;
        let proof = lines.map(parse_hash).collect::<Option<_>>();
        let proof = proof.ok_or(malformed("a line of the proof is no hash in base64"))?;
        Ok(Self { extra, index, proof, checkpoint: checkpoint.to_owned() })
    }
}

/// Without anything to say, the line is left out.
fn parse_extra(line: &str) -> Option<Vec<u8>> {
    parse_base64(line.strip_prefix("extra ")?).filter(|extra| !extra.is_empty())
}

fn parse_index(line: &str) -> Option<u64> {
    parse_decimal(line.strip_prefix("index ")?)
}

/// Why a receipt proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReceiptError {
    /// It is not of the form of a receipt.
    #[error("this is no receipt: {0}; take the file as it was given to you")]
    Malformed(&'static str),
    /// Its checkpoint cannot be believed.
    #[error("the receipt's checkpoint does not hold: {0}")]
    Checkpoint(#[from] NoteError),
    /// The entry is not what the log has.
    #[error("the receipt is not for this entry: {0}")]
    Proof(#[from] ProofError),
}
