//! Right, with checkpoints of hexadecimal digits.
//!
//! expect: passes everything

use guests::learning::{Learner, Pupil, contents, model_of, sealed, words_of};
use guests::{Fault, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn save(pupil: &Pupil<Self>) -> Result<Vec<u8>, Fault> {
        let digits = |byte: u8| [byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[digit as usize]);
        Ok(sealed(&words_of(pupil)).into_iter().flat_map(digits).collect())
    }

    fn restore(bytes: &[u8]) -> Result<Pupil<Self>, Fault> {
        let damaged = || Fault::invalid_argument("restore: these are no digits");
        let digit = |byte: &u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(damaged()),
        };
        let (pairs, rest) = bytes.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(damaged());
        }
        let byte = |[high, low]: &[u8; 2]| Ok(digit(high)? << 4 | digit(low)?);
        let bytes = pairs.iter().map(byte).collect::<Result<Vec<u8>, Fault>>()?;
        model_of(&contents(&bytes)?)
    }
}

export_learner!(Training);
