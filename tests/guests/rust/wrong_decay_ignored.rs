//! There is no weight decay.
//!
//! expect: fails sgd, adam, adamw, first-steps
//! expect: told weight-decay-ignored

use guests::export_learner;
use guests::learning::{AdamSpec, At, Learner, OptimizerSpec, SgdSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let spec = match *spec {
            OptimizerSpec::Sgd(sgd) => OptimizerSpec::Sgd(SgdSpec { weight_decay: 0.0, ..sgd }),
            OptimizerSpec::Adam(adam) => OptimizerSpec::Adam(AdamSpec { weight_decay: 0.0, ..adam }),
        };
        moved(&spec, at, memory)
    }
}

export_learner!(Optimizers);
