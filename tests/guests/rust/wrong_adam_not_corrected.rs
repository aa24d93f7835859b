//! Adam does not correct its moments for having begun at 0.
//!
//! expect: fails adam, adamw, first-steps
//! expect: told adam-not-corrected

use guests::export_learner;
use guests::learning::{At, Learner, OptimizerSpec, adam_by, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let OptimizerSpec::Adam(adam) = spec else { return moved(spec, at, memory) };
        adam_by(adam, at, memory, |[m, v], _| m / (v.sqrt() + f64::from(adam.epsilon)))
    }
}

export_learner!(Optimizers);
