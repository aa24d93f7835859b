//! Adam's correction is always that of the first step.
//!
//! expect: fails adam, adamw, first-steps
//! expect: told adam-correction-frozen

use guests::export_learner;
use guests::learning::{At, Learner, OptimizerSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        moved(spec, At { step: 1, ..at }, memory)
    }
}

export_learner!(Optimizers);
