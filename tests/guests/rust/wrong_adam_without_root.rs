//! Adam divides by the second moment, not by its root.
//!
//! expect: fails adam, adamw, first-steps
//! expect: told adam-without-root

use guests::export_learner;
use guests::learning::{At, Learner, OptimizerSpec, adam_by, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let OptimizerSpec::Adam(adam) = spec else { return moved(spec, at, memory) };
        adam_by(adam, at, memory, |[m, v], [rest1, rest2]| m / rest1 / (v / rest2 + f64::from(adam.epsilon)))
    }
}

export_learner!(Optimizers);
