//! Right, with an order by random keys that are sorted.
//!
//! expect: passes everything

use guests::learning::Learner;
use guests::{Rng, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn shuffled(length: u32, rng: &mut Rng) -> Vec<u32> {
        let mut order: Vec<(u64, u32)> = (0..length).map(|place| (rng.bits(), place)).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, place)| place).collect()
    }
}

export_learner!(Training);
