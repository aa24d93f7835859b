//! Optimizers put the gradient in the place of the parameter.
//!
//! expect: fails sgd, adam, adamw, first-steps, clip-and-schedule, one-batch, loss-falls
//! expect: fails optimizers-independent
//! expect: told gradients-returned, batch-not-learnt, loss-does-not-fall, moments-forgotten

use guests::export_learner;
use guests::learning::{At, Learner, OptimizerSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        moved(spec, at, memory);
        at.gradient
    }
}

export_learner!(Optimizers);
