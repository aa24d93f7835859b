//! The last batch of an epoch is filled up with examples from its beginning.
//!
//! expect: fails every-example-once, batches, shuffle
//! expect: told last-batch-filled-up, order-not-kept

use guests::export_learner;
use guests::learning::{Learner, in_batches};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn in_batches(order: &[u32], size: u32) -> Vec<Vec<u32>> {
        let missing = (size as usize - order.len() % size as usize) % size as usize;
        let again: Vec<u32> = order.iter().cycle().take(order.len() + missing).copied().collect();
        in_batches(&again, size)
    }
}

export_learner!(Training);
