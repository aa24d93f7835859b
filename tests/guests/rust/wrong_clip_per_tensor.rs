//! The gradients of every parameter are clipped by a norm of their own.
//!
//! expect: fails clip-and-schedule
//! expect: told clip-per-tensor

use guests::learning::{Learner, clip};
use guests::{Tensor, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn clip(gradients: &mut [Tensor], most: f32) {
        gradients.iter_mut().for_each(|gradient| clip(std::slice::from_mut(gradient), most));
    }
}

export_learner!(Training);
