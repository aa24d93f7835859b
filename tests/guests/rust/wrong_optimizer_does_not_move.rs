//! Optimizers remember everything and move nothing.
//!
//! expect: fails same-seed, clip-and-schedule, sgd, adam, adamw, optimizers-independent, one-batch
//! expect: fails loss-falls, first-steps
//! expect: told batch-not-learnt, loss-does-not-fall, moments-forgotten, nothing-learnt, parameters-not-moved, recipe-seed-ignored

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
