//! The examples are never shuffled.
//!
//! expect: fails shuffle, same-seed
//! expect: told not-shuffled, order-of-first-epoch-again, recipe-seed-ignored

use guests::learning::Learner;
use guests::{Rng, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn shuffled(length: u32, _: &mut Rng) -> Vec<u32> {
        (0..length).collect()
    }
}

export_learner!(Training);
