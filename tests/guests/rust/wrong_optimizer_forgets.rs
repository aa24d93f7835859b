//! Optimizers begin anew at every step: nothing persists.
//!
//! expect: fails sgd, adam, adamw, first-steps, optimizers-independent
//! expect: told momentum-ignored, moments-forgotten

use guests::export_learner;
use guests::learning::{At, Learner, OptimizerSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        *memory = [0.0; 2];
        moved(spec, At { step: 1, ..at }, memory)
    }
}

export_learner!(Optimizers);
