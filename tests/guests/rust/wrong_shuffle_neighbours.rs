//! Only neighbours change places when the examples are shuffled.
//!
//! expect: fails shuffle
//! expect: told not-shuffled

use guests::learning::Learner;
use guests::{Rng, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn shuffled(length: u32, rng: &mut Rng) -> Vec<u32> {
        let mut order: Vec<u32> = (0..length).collect();
        order.chunks_exact_mut(2).filter(|_| rng.bits().is_multiple_of(2)).for_each(<[u32]>::reverse);
        order
    }
}

export_learner!(Training);
