//! Stochastic gradient descent.

use tinytorch::{Fault, Optimizer, SgdSpec, Tensor};

use crate::optimizer::{Memory, check};

/// v ← momentum v + g + decay p, p ← p − rate v (Sutskever and others, "On the importance of initialization and
/// momentum", 2013, §2, with the rate outside of v).
pub(crate) struct Sgd {
    spec: SgdSpec,
    velocities: Memory,
}

impl Sgd {
    pub(crate) fn new(spec: SgdSpec) -> Self {
        Self { spec, velocities: Memory::default() }
    }
}

impl Optimizer for Sgd {
    fn step(&mut self, rate: f32, parameters: &mut [&mut Tensor], gradients: &[Tensor]) -> Result<(), Fault> {
        check(parameters, gradients)?;
        let SgdSpec { momentum, weight_decay, .. } = self.spec;
        let velocities = self.velocities.of(parameters)?;
        for ((p, g), v) in parameters.iter_mut().zip(gradients).zip(velocities) {
            for ((p, g), v) in p.data_mut().iter_mut().zip(g.data()).zip(v) {
                *v = momentum * *v + g + weight_decay * *p;
                *p -= rate * *v;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::tensor;

    #[test]
    fn velocity_and_decay_add_up() {
        let mut sgd = Sgd::new(SgdSpec { learning_rate: 0.5, momentum: 0.5, weight_decay: 0.25 });
        let mut parameter = tensor(&[1], &[4.0]);
        // v = 2 + 1 = 3, p = 4 - 1.5; then v = 1.5 + 2 + 0.625 = 4.125, p = 2.5 - 2.0625.
        for expected in [2.5, 0.4375] {
            sgd.step(0.5, &mut [&mut parameter], &[tensor(&[1], &[2.0])]).unwrap();
            assert_eq!(parameter.data(), [expected]);
        }
    }
}
