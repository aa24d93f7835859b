//! The training loss and accuracy that are told are those of the last batch alone.
//!
//! expect: fails true-reports
//! expect: told metrics-not-true

use guests::export_learner;
use guests::learning::{Learner, Met, summed_up};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn summed_up(met: &[Met]) -> [f32; 2] {
        summed_up(&met[met.len().saturating_sub(1)..])
    }
}

export_learner!(Training);
