//! An epoch ends after half of its order.
//!
//! expect: fails every-example-once, batches, shuffle, clip-and-schedule
//! expect: told examples-dropped, order-not-kept

use guests::export_learner;
use guests::learning::{Learner, in_batches};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn in_batches(order: &[u32], size: u32) -> Vec<Vec<u32>> {
        in_batches(&order[..order.len().div_ceil(2)], size)
    }
}

export_learner!(Training);
