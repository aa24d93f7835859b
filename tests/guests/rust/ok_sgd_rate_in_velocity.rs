//! Right, with the rate within SGD's velocity, which is scaled where the rate changes.
//!
//! expect: passes everything

use guests::export_learner;
use guests::learning::{At, Learner, OptimizerSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let OptimizerSpec::Sgd(sgd) = spec else { return moved(spec, at, memory) };
        // The last step of a schedule may have a rate of 0, which nothing comes after.
        let before = if memory[1] > 0.0 { memory[1] } else { at.rate };
        let scaled = if at.rate == before { memory[0] } else { memory[0] * at.rate / before };
        let slope = at.gradient + sgd.weight_decay * at.parameter;
        *memory = [sgd.momentum * scaled + at.rate * slope, at.rate];
        at.parameter - memory[0]
    }
}

export_learner!(Optimizers);
