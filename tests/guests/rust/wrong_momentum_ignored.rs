//! SGD keeps no velocity.
//!
//! expect: fails sgd, first-steps, optimizers-independent
//! expect: told momentum-ignored, moments-forgotten

use guests::export_learner;
use guests::learning::{At, Learner, OptimizerSpec, SgdSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let OptimizerSpec::Sgd(sgd) = spec else { return moved(spec, at, memory) };
        moved(&OptimizerSpec::Sgd(SgdSpec { momentum: 0.0, ..*sgd }), at, memory)
    }
}

export_learner!(Optimizers);
