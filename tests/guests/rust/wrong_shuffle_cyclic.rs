//! The other place of an exchange is never the own one, so that the order is one cycle and no example stays (Sattolo, 1986).
//!
//! expect: fails shuffle
//! expect: told shuffle-off-by-one

use guests::learning::Learner;
use guests::{Rng, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn shuffled(length: u32, rng: &mut Rng) -> Vec<u32> {
        let mut order: Vec<u32> = (0..length).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, (rng.bits() % last as u64) as usize);
        }
        order
    }
}

export_learner!(Training);
