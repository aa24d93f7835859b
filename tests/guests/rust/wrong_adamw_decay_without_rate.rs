//! AdamW's decay is not multiplied by the learning rate.
//!
//! expect: fails adamw
//! expect: told adamw-decay-without-rate

use guests::export_learner;
use guests::learning::{AdamSpec, At, Learner, OptimizerSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let OptimizerSpec::Adam(adam) = spec else { return moved(spec, at, memory) };
        let bare = OptimizerSpec::Adam(AdamSpec { weight_decay: 0.0, ..*adam });
        let decay =
            if adam.decoupled { adam.weight_decay * at.parameter } else { return moved(spec, at, memory) };
        moved(&bare, at, memory) - decay
    }
}

export_learner!(Optimizers);
