//! Weight decay has the wrong sign, and drives parameters away from 0.
//!
//! expect: fails sgd, adam, adamw, first-steps
//! expect: told weight-decay-sign

use guests::export_learner;
use guests::learning::{AdamSpec, At, Learner, OptimizerSpec, SgdSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let spec = match *spec {
            OptimizerSpec::Sgd(sgd) => OptimizerSpec::Sgd(SgdSpec { weight_decay: -sgd.weight_decay, ..sgd }),
            OptimizerSpec::Adam(adam) => {
                OptimizerSpec::Adam(AdamSpec { weight_decay: -adam.weight_decay, ..adam })
            }
        };
        moved(&spec, at, memory)
    }
}

export_learner!(Optimizers);
