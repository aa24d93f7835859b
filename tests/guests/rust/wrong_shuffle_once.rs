//! The order of the first epoch is that of all others.
//!
//! expect: fails shuffle
//! expect: told order-of-first-epoch-again

use guests::learning::{Learner, shuffled};
use guests::{Rng, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn shuffled(length: u32, rng: &mut Rng) -> Vec<u32> {
        shuffled(length, &mut rng.clone())
    }
}

export_learner!(Training);
