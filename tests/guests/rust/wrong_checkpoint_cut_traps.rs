//! A checkpoint that was cut ends in a panic: its seal is read before anybody asks how long it is.
//!
//! expect: fails damaged-checkpoints
//! expect: told damage-traps
//! expect: trap unreachable

use guests::learning::{Learner, Pupil, contents, model_of};
use guests::{Fault, export_learner};

#[derive(Default)]
struct Careless;

impl Learner for Careless {
    fn restore(bytes: &[u8]) -> Result<Pupil<Self>, Fault> {
        let [_seal, _count] =
            [0, 4].map(|at| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")));
        model_of(&contents(bytes)?)
    }
}

export_learner!(Careless);
