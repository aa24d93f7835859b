//! Adam uses an epsilon of its own, whatever it is built with.
//!
//! expect: fails adam, adamw, first-steps
//! expect: told adam-epsilon-ignored

use guests::export_learner;
use guests::learning::{AdamSpec, At, Learner, OptimizerSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let OptimizerSpec::Adam(adam) = spec else { return moved(spec, at, memory) };
        let usual = AdamSpec { epsilon: 1e-8, ..*adam };
        moved(&OptimizerSpec::Adam(usual), at, memory)
    }
}

export_learner!(Optimizers);
