//! Adam takes its decay past the moments, as AdamW does.
//!
//! expect: fails adam
//! expect: told adam-decay-decoupled

use guests::export_learner;
use guests::learning::{AdamSpec, At, Learner, OptimizerSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let OptimizerSpec::Adam(adam) = spec else { return moved(spec, at, memory) };
        moved(&OptimizerSpec::Adam(AdamSpec { decoupled: true, ..*adam }), at, memory)
    }
}

export_learner!(Optimizers);
