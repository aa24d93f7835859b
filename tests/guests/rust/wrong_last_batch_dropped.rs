//! The last batch of an epoch is dropped where it is not full.
//!
//! expect: fails every-example-once, batches, shuffle, clip-and-schedule
//! expect: told last-batch-dropped, order-not-kept

use guests::export_learner;
use guests::learning::Learner;

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn in_batches(order: &[u32], size: u32) -> Vec<Vec<u32>> {
        order.chunks_exact(size as usize).map(<[u32]>::to_vec).collect()
    }
}

export_learner!(Training);
