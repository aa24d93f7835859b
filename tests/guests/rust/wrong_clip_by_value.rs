//! Every element of a gradient is cut on its own.
//!
//! expect: fails clip-and-schedule
//! expect: told clip-by-value

use guests::learning::Learner;
use guests::{Tensor, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn clip(gradients: &mut [Tensor], most: f32) {
        let slopes = gradients.iter_mut().flat_map(Tensor::data_mut);
        slopes.for_each(|slope| *slope = slope.clamp(-most, most));
    }
}

export_learner!(Training);
