//! Adam's betas have changed places.
//!
//! expect: fails adam, adamw, one-batch, first-steps
//! expect: told adam-betas-exchanged, batch-not-learnt

use guests::export_learner;
use guests::learning::{AdamSpec, At, Learner, OptimizerSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let OptimizerSpec::Adam(adam) = spec else { return moved(spec, at, memory) };
        let other = AdamSpec { beta1: adam.beta2, beta2: adam.beta1, ..*adam };
        moved(&OptimizerSpec::Adam(other), at, memory)
    }
}

export_learner!(Optimizers);
