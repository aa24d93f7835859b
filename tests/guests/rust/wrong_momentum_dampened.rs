//! SGD weights the gradient by 1 - momentum.
//!
//! expect: fails sgd, first-steps
//! expect: told momentum-averages

use guests::export_learner;
use guests::learning::{At, Learner, OptimizerSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let OptimizerSpec::Sgd(sgd) = spec else { return moved(spec, at, memory) };
        let slope = at.gradient + sgd.weight_decay * at.parameter;
        memory[0] = sgd.momentum * memory[0] + (1.0 - sgd.momentum) * slope;
        at.parameter - at.rate * memory[0]
    }
}

export_learner!(Optimizers);
