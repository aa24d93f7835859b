//! An epoch draws every example anew, with replacement.
//!
//! expect: fails every-example-once
//! expect: told examples-drawn-with-replacement

use guests::learning::Learner;
use guests::{Rng, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn shuffled(length: u32, rng: &mut Rng) -> Vec<u32> {
        (0..length).map(|_| (rng.bits() % u64::from(length)) as u32).collect()
    }
}

export_learner!(Training);
