//! Adam and `AdamW`.

use tinytorch::{AdamSpec, Fault, Optimizer, Tensor};

use crate::optimizer::{Memory, check};

/// m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², p ← p − rate m̂ / (√v̂ + ε), where m̂ = m / (1 − β₁ᵗ) and
/// v̂ = v / (1 − β₂ᵗ) (Kingma and Ba, "Adam", 2015, algorithm 1). Decay is added to the gradient, or where it is decoupled
/// rate · decay · p is taken from the parameter as it was before the step (Loshchilov and Hutter, "Decoupled weight decay
/// regularization", 2019, algorithm 2).
pub(crate) struct Adam {
    spec: AdamSpec,
    steps: i32,
    means: Memory,
    squares: Memory,
}

impl Adam {
    pub(crate) fn new(spec: AdamSpec) -> Self {
        Self { spec, steps: 0, means: Memory::default(), squares: Memory::default() }
    }
}

impl Optimizer for Adam {
    fn step(&mut self, rate: f32, parameters: &mut [&mut Tensor], gradients: &[Tensor]) -> Result<(), Fault> {
        check(parameters, gradients)?;
        let (means, squares) = (self.means.of(parameters)?, self.squares.of(parameters)?);
        self.steps += 1;
        let AdamSpec { beta1, beta2, epsilon, weight_decay, decoupled, .. } = self.spec;
        let (coupled, apart) = if decoupled { (0.0, rate * weight_decay) } else { (weight_decay, 0.0) };
        // Near 1 a power cancels: it is taken in double precision, and only its outcome is rounded.
        let rest = |beta: f32| 1.0 - f64::from(beta).powi(self.steps);
        let (rate, root) = ((f64::from(rate) / rest(beta1)) as f32, rest(beta2).sqrt() as f32);
        for (((p, g), m), v) in parameters.iter_mut().zip(gradients).zip(means).zip(squares) {
            for (((p, g), m), v) in p.data_mut().iter_mut().zip(g.data()).zip(m).zip(v) {
                let g = g + coupled * *p;
                *m = beta1 * *m + (1.0 - beta1) * g;
                *v = beta2 * *v + (1.0 - beta2) * g * g;
                *p -= apart * *p + rate * *m / (v.sqrt() / root + epsilon);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::tensor;

    /// The formulas in double precision.
    fn definition(spec: &AdamSpec, gradients: &[f64], mut p: f64) -> f64 {
        let [rate, beta1, beta2, epsilon, decay] =
            [spec.learning_rate, spec.beta1, spec.beta2, spec.epsilon, spec.weight_decay].map(f64::from);
        let (mut m, mut v) = (0.0, 0.0);
        for (step, g) in gradients.iter().enumerate() {
            let slope = if spec.decoupled { *g } else { g + decay * p };
            m = beta1 * m + (1.0 - beta1) * slope;
            v = beta2 * v + (1.0 - beta2) * slope * slope;
            let before = if spec.decoupled { rate * decay * p } else { 0.0 };
            let [m, v] = [(m, beta1), (v, beta2)].map(|(it, beta)| it / (1.0 - beta.powi(step as i32 + 1)));
            p -= before + rate * m / (v.sqrt() + epsilon);
        }
        p
    }

    #[test]
    fn steps_are_those_of_the_paper() {
        let gradients: Vec<f64> = (0..50).map(|i| f64::from((i * 37 % 11) as f32 * 0.1 - 0.4)).collect();
        for (decoupled, weight_decay) in [(false, 0.0), (false, 0.1), (true, 0.1)] {
            let (learning_rate, beta1, beta2, epsilon) = (0.01, 0.9, 0.999, 1e-8);
            let spec = AdamSpec { learning_rate, beta1, beta2, epsilon, weight_decay, decoupled };
            for steps in [1, 2, 50] {
                let (mut adam, mut parameter) = (Adam::new(spec), tensor(&[1], &[1.5]));
                for g in &gradients[..steps] {
                    adam.step(0.01, &mut [&mut parameter], &[tensor(&[1], &[*g as f32])]).unwrap();
                }
                let (found, expected) =
                    (f64::from(parameter.data()[0]), definition(&spec, &gradients[..steps], 1.5));
                assert!((found - expected).abs() < 2e-6, "{spec:?}, {steps}: {found} is not {expected}");
            }
        }
    }
}
