//! Gradients are never clipped.
//!
//! expect: fails clip-and-schedule
//! expect: told clip-forgotten

use guests::learning::Learner;
use guests::{Tensor, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn clip(_: &mut [Tensor], _: f32) {}
}

export_learner!(Training);
