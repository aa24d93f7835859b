//! Optimizers remember everything and move nothing.
//!
//! expect: fails sgd, adam, adamw, first-steps, clip-and-schedule, one-batch, loss-falls, same-seed
//! expect: fails optimizers-independent
//! expect: told parameters-not-moved, batch-not-learnt, loss-does-not-fall, nothing-learnt, moments-forgotten

use guests::export_learner;
use guests::learning::{At, Learner, OptimizerSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        moved(spec, at, memory);
        at.parameter
    }
}

export_learner!(Optimizers);
