//! Optimizers, element by element.

use tinytorch::{AdamSpec, Fault, Optimizer, OptimizerSpec, SgdSpec, Tensor};

/// What moves parameters: the formula of a description, and what it remembers of every element.
pub(crate) struct Stepper {
    spec: OptimizerSpec,
    steps: i32,
    /// One for each parameter: velocities, or first moments.
    first: Vec<Tensor>,
    /// One for each parameter: second moments.
    second: Vec<Tensor>,
}

impl Stepper {
    pub(crate) fn new(spec: OptimizerSpec) -> Self {
        Self { spec, steps: 0, first: Vec::new(), second: Vec::new() }
    }
}

impl Optimizer for Stepper {
    fn step(&mut self, rate: f32, parameters: &mut [&mut Tensor], gradients: &[Tensor]) -> Result<(), Fault> {
        if self.steps == 0 {
            self.first = gradients.iter().map(|gradient| Tensor::zeros(gradient.shape())).collect();
            self.second = self.first.clone();
        }
        let shapes = || parameters.iter().map(|parameter| parameter.shape());
        if !shapes().eq(gradients.iter().map(Tensor::shape))
            || !shapes().eq(self.first.iter().map(Tensor::shape))
        {
            return Err(Fault::shape_mismatch("step: parameters, gradients and earlier ones do not fit"));
        }
        self.steps += 1;
        for (number, parameter) in parameters.iter_mut().enumerate() {
            let (m, v) = (self.first[number].data_mut(), self.second[number].data_mut());
            for (i, p) in parameter.data_mut().iter_mut().enumerate() {
                let g = gradients[number].data()[i];
                *p = match self.spec {
                    OptimizerSpec::Sgd(spec) => sgd(spec, rate, *p, g, &mut m[i]),
                    OptimizerSpec::Adam(spec) => adam(spec, rate, self.steps, *p, g, &mut m[i], &mut v[i]),
                };
            }
        }
        Ok(())
    }
}

/// v = momentum v + g + decay p, p = p - rate v
fn sgd(spec: SgdSpec, rate: f32, p: f32, g: f32, v: &mut f32) -> f32 {
    *v = spec.momentum * *v + g + spec.weight_decay * p;
    p - rate * *v
}

/// Adam, with the decay in the gradient or taken from the parameter as it was.
fn adam(spec: AdamSpec, rate: f32, steps: i32, p: f32, g: f32, m: &mut f32, v: &mut f32) -> f32 {
    let g = if spec.decoupled { g } else { g + spec.weight_decay * p };
    *m = spec.beta1 * *m + (1.0 - spec.beta1) * g;
    *v = spec.beta2 * *v + (1.0 - spec.beta2) * g * g;
    // In double precision, because 1 - beta^t cancels.
    let unbiased = |moment: f32, beta: f32| f64::from(moment) / (1.0 - f64::from(beta).powi(steps));
    let moved = unbiased(*m, spec.beta1) / (unbiased(*v, spec.beta2).sqrt() + f64::from(spec.epsilon));
    let decayed = if spec.decoupled { p - rate * spec.weight_decay * p } else { p };
    decayed - rate * moved as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(spec: OptimizerSpec, expected: [f32; 2]) {
        let mut stepper = Stepper::new(spec);
        let mut parameter = Tensor::new([1], vec![4.0]).unwrap();
        for expected in expected {
            let gradient = Tensor::new([1], vec![2.0]).unwrap();
            stepper.step(spec.learning_rate(), &mut [&mut parameter], &[gradient]).unwrap();
            assert!(
                (parameter.data()[0] - expected).abs() < 1e-6,
                "{} is not {expected}",
                parameter.data()[0]
            );
        }
        let found = stepper.step(0.1, &mut [&mut parameter], &[]);
        assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
    }

    #[test]
    fn steps_are_those_of_the_formulas() {
        check(
            OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.5, momentum: 0.5, weight_decay: 0.25 }),
            [2.5, 0.4375],
        );
        let adam = |decoupled| AdamSpec {
            learning_rate: 0.5,
            beta1: 0.5,
            beta2: 0.75,
            epsilon: 0.0,
            weight_decay: 0.1,
            decoupled,
        };
        // With equal gradients a step is the rate; a decoupled one takes a twentieth of the parameter besides.
        check(OptimizerSpec::Adam(adam(true)), [3.3, 2.635]);
        check(OptimizerSpec::Adam(AdamSpec { weight_decay: 0.0, ..adam(false) }), [3.5, 3.0]);
    }
}
