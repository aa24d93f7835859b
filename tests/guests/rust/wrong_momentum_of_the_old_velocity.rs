//! SGD steps with the velocity from before the gradient was added.
//!
//! expect: fails clip-and-schedule, sgd, first-steps
//! expect: told momentum-of-the-old-velocity

use guests::export_learner;
use guests::learning::{At, Learner, OptimizerSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let OptimizerSpec::Sgd(_) = spec else { return moved(spec, at, memory) };
        let old = memory[0];
        moved(spec, at, memory);
        at.parameter - at.rate * old
    }
}

export_learner!(Optimizers);
