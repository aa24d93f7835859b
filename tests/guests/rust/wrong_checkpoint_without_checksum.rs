//! A checkpoint has no checksum: a weight that is damaged is a weight.
//!
//! expect: fails damaged-checkpoints
//! expect: told damage-unnoticed

use guests::learning::{Learner, Pupil, model_of, words_of};
use guests::{Fault, export_learner};

#[derive(Default)]
struct Trusting;

impl Learner for Trusting {
    fn save(pupil: &Pupil<Self>) -> Result<Vec<u8>, Fault> {
        Ok(words_of(pupil).into_iter().flat_map(u32::to_le_bytes).collect())
    }

    fn restore(bytes: &[u8]) -> Result<Pupil<Self>, Fault> {
        let (words, rest) = bytes.as_chunks();
        let words: Vec<u32> = words.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        if rest.is_empty() {
            model_of(&words)
        } else {
            Err(Fault::invalid_argument("restore: a part of a word"))
        }
    }
}

export_learner!(Trusting);
