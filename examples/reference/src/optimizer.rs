//! Which optimizer a description asks for, and what both need.

use tinytorch::{Fault, Optimizer, OptimizerSpec, Tensor};

use crate::{adam::Adam, sgd::Sgd};

/// An optimizer that has made no step.
pub(crate) fn optimizer(spec: &OptimizerSpec) -> Box<dyn Optimizer> {
    match *spec {
        OptimizerSpec::Sgd(spec) => Box::new(Sgd::new(spec)),
        OptimizerSpec::Adam(spec) => Box::new(Adam::new(spec)),
    }
}

/// Whether there is one gradient for each parameter, of its shape.
pub(crate) fn check(parameters: &[&mut Tensor], gradients: &[Tensor]) -> Result<(), Fault> {
    if parameters.len() != gradients.len() {
        let (wanted, found) = (parameters.len(), gradients.len());
        return Err(Fault::shape_mismatch(format!("step: {wanted} gradients wanted, {found} given")));
    }
    match parameters.iter().zip(gradients).find(|(p, g)| p.shape() != g.shape()) {
        Some((parameter, gradient)) => Err(Fault::shape_mismatch(format!(
            "step: a gradient of shape {:?} wanted, {:?} given",
            parameter.shape(),
            gradient.shape()
        ))),
        None => Ok(()),
    }
}

/// What is remembered of every element of some parameters, zeros at first.
#[derive(Default)]
pub(crate) struct Memory(Vec<Vec<f32>>);

impl Memory {
    /// The memory of these parameters.
    ///
    /// # Errors
    ///
    /// If there were other ones before.
    pub(crate) fn of(&mut self, parameters: &[&mut Tensor]) -> Result<&mut [Vec<f32>], Fault> {
        if self.0.is_empty() {
            self.0 = parameters.iter().map(|parameter| vec![0.0; parameter.data().len()]).collect();
        }
        let lengths = parameters.iter().map(|parameter| parameter.data().len());
        if !self.0.iter().map(Vec::len).eq(lengths) {
            return Err(Fault::shape_mismatch("step: other parameters than before"));
        }
        Ok(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::tensor;
    use tinytorch::{AdamSpec, SgdSpec};

    const SPECS: [OptimizerSpec; 2] = [
        OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.1, momentum: 0.9, weight_decay: 0.0 }),
        OptimizerSpec::Adam(AdamSpec {
            learning_rate: 0.1,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            decoupled: false,
        }),
    ];

    #[test]
    fn a_step_that_does_not_fit_moves_nothing() {
        for spec in SPECS {
            let mut optimizer = optimizer(&spec);
            let mut parameter = tensor(&[2], &[1.0, 2.0]);
            let mut step = |parameter: &mut Tensor, gradients: &[Tensor]| {
                optimizer.step(0.1, &mut [parameter], gradients)
            };
            for gradients in [vec![], vec![Tensor::zeros([1, 2])], vec![Tensor::zeros([2]); 2]] {
                let found = step(&mut parameter, &gradients);
                assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
            }
            assert_eq!(parameter, tensor(&[2], &[1.0, 2.0]));
            step(&mut parameter, &[tensor(&[2], &[1.0, 1.0])]).unwrap();
            let found = step(&mut Tensor::zeros([3]), &[Tensor::zeros([3])]);
            assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
        }
    }
}
