//! Adam counts a step for every tensor that it moves.
//!
//! expect: fails adam, adamw, first-steps
//! expect: told adam-steps-counted-by-parameter

use guests::export_learner;
use guests::learning::{At, Learner, OptimizerSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let [number, count] = at.tensor;
        moved(spec, At { step: (at.step - 1) * count + number + 1, ..at }, memory)
    }
}

export_learner!(Optimizers);
