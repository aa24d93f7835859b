//! Right, with the corrections of Adam folded into its rate and its epsilon (Kingma and Ba, section 2), in f32.
//!
//! expect: passes everything

use guests::export_learner;
use guests::learning::{At, Learner, OptimizerSpec, moved};

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
        let OptimizerSpec::Adam(adam) = spec else { return moved(spec, at, memory) };
        let At { rate, parameter: p, .. } = at;
        let g = if adam.decoupled { at.gradient } else { at.gradient + adam.weight_decay * p };
        memory[0] += (1.0 - adam.beta1) * (g - memory[0]);
        memory[1] += (1.0 - adam.beta2) * (g * g - memory[1]);
        let [rest1, rest2] = [adam.beta1, adam.beta2].map(|beta| 1.0 - f64::from(beta).powi(at.step));
        let (root, epsilon) = (rest2.sqrt() as f32, adam.epsilon);
        let kept = if adam.decoupled { p * (1.0 - rate * adam.weight_decay) } else { p };
        kept - rate * root / rest1 as f32 * memory[0] / (memory[1].sqrt() + epsilon * root)
    }
}

export_learner!(Optimizers);
