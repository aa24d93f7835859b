//! SGD takes its decay from the parameter, past the velocity.
//!
//! expect: fails sgd, first-steps
//! expect: told sgd-decay-decoupled

use guests::export_learner;
use guests::learning::{At, Learner, OptimizerSpec, SgdSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let OptimizerSpec::Sgd(sgd) = spec else { return moved(spec, at, memory) };
        let plain = OptimizerSpec::Sgd(SgdSpec { weight_decay: 0.0, ..*sgd });
        moved(&plain, at, memory) - at.rate * sgd.weight_decay * at.parameter
    }
}

export_learner!(Optimizers);
