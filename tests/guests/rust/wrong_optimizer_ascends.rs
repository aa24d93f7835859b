//! Optimizers go along the gradient, uphill.
//!
//! expect: fails clip-and-schedule, sgd, adam, adamw, images, beats-linear, one-batch, loss-falls
//! expect: fails first-steps, test-images
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
