//! Optimizers go along the gradient, uphill.
//!
//! expect: fails sgd, adam, adamw, first-steps, clip-and-schedule, one-batch, loss-falls, images, beats-linear
//! expect: told optimizer-ascends, batch-not-learnt, loss-does-not-fall

use guests::export_learner;
use guests::learning::{At, Learner, OptimizerSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        2.0 * at.parameter - moved(spec, at, memory)
    }
}

export_learner!(Optimizers);
