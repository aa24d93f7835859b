//! Right, with the decay of AdamW taken from what the step has left, which the contract leaves open.
//!
//! expect: passes everything

use guests::export_learner;
use guests::learning::{AdamSpec, At, Learner, OptimizerSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        match spec {
            OptimizerSpec::Adam(adam) if adam.decoupled => {
                let bare = AdamSpec { weight_decay: 0.0, ..*adam };
                let stepped = moved(&OptimizerSpec::Adam(bare), at, memory);
                stepped - at.rate * adam.weight_decay * stepped
            }
            _ => moved(spec, at, memory),
        }
    }
}

export_learner!(Optimizers);
