//! Layer normalisation along the last axis.

use tinytorch::{Fault, Layer, Mode, NormSpec, Tensor};

use crate::{
    kept::{Kept, alike},
    sum::{sum, sum_of},
};

/// y = γ (x − μ) / √(σ² + ε) + β, where μ and σ² are those of each row (Ba, Kiros and Hinton, "Layer normalization", 2016,
/// §3). The variance is biased.
pub(crate) struct LayerNorm {
    /// γ and β, each [features].
    parameters: [Tensor; 2],
    gradients: [Tensor; 2],
    epsilon: f32,
    /// (x − μ) / √(σ² + ε) of the last training pass.
    normal: Kept,
    /// 1 / √(σ² + ε) of every row of it.
    scales: Vec<f32>,
}

impl LayerNorm {
    /// γ is 1 at first, and β 0.
    pub(crate) fn new(spec: NormSpec) -> Result<Self, Fault> {
        if spec.features == 0 || spec.epsilon < 0.0 || spec.epsilon.is_nan() {
            return Err(Fault::invalid_argument(
                "layer-norm: a layer needs a feature, and an epsilon from 0",
            ));
        }
        let zeros = || Tensor::zeros([spec.features]);
        Ok(Self {
            parameters: [zeros().map(|_| 1.0), zeros()],
            gradients: [zeros(), zeros()],
            epsilon: spec.epsilon,
            normal: Kept::default(),
            scales: Vec::new(),
        })
    }

    fn check(&self, shape: &[u32]) -> Result<(), Fault> {
        let features = self.parameters[0].width();
        match shape {
            [.., last] if *last as usize == features => Ok(()),
            _ => Err(Fault::shape_mismatch(format!(
                "layer-norm: a last axis of {features} wanted, shape {shape:?} given"
            ))),
        }
    }
}

/// Takes the mean from a row and divides by the deviation, in two passes: a variance from the sum of squares would
/// cancel. Returns what it was multiplied by.
fn normalise(row: &mut [f32], epsilon: f32) -> f32 {
    let share = 1.0 / row.len() as f32;
    let mean = sum(row) * share;
    row.iter_mut().for_each(|x| *x -= mean);
    let scale = 1.0 / (sum_of(row, row, |a, b| a * b) * share + epsilon).sqrt();
    row.iter_mut().for_each(|x| *x *= scale);
    scale
}

impl Layer for LayerNorm {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        self.check(input.shape())?;
        let mut output = input.clone();
        let scales: Vec<f32> = output.rows_mut().map(|row| normalise(row, self.epsilon)).collect();
        if mode == Mode::Training {
            self.normal.keep(output.clone());
            self.scales = scales;
        }
        let [gamma, beta] = self.parameters.each_ref().map(Tensor::data);
        for row in output.rows_mut() {
            row.iter_mut().zip(gamma).zip(beta).for_each(|((x, gamma), beta)| *x = gamma * *x + beta);
        }
        Ok(output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.parameters.iter().collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.parameters.iter_mut().collect()
    }

    /// dβ = Σ dy, dγ = Σ dy x̂, dx = (γ dy − mean(γ dy) − x̂ mean(γ dy x̂)) / σ: μ and σ move with the row, too.
    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let normal = self.normal.of("layer-norm")?;
        alike("layer-norm", gradient, normal.shape())?;
        let [to_gamma, to_beta] = self.gradients.each_mut().map(Tensor::data_mut);
        let gamma = self.parameters[0].data();
        let mut back = gradient.clone();
        for ((dy, normal), scale) in back.rows_mut().zip(normal.rows()).zip(&self.scales) {
            to_beta.iter_mut().zip(&*dy).for_each(|(sum, dy)| *sum += dy);
            to_gamma.iter_mut().zip(&*dy).zip(normal).for_each(|((sum, dy), x)| *sum += dy * x);
            dy.iter_mut().zip(gamma).for_each(|(dy, gamma)| *dy *= gamma);
            let share = 1.0 / dy.len() as f32;
            let [shift, slope] = [sum(dy), sum_of(dy, normal, |dy, x| dy * x)].map(|sum| sum * share);
            dy.iter_mut().zip(normal).for_each(|(dy, x)| *dy = scale * (*dy - shift - x * slope));
        }
        Ok(back)
    }

    fn gradients(&self) -> Vec<&Tensor> {
        self.gradients.iter().collect()
    }

    fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
        self.gradients.iter_mut().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check_gradients, close, tensor, whole};

    fn layer(features: u32, epsilon: f32) -> LayerNorm {
        LayerNorm::new(NormSpec { features, epsilon }).unwrap()
    }

    #[test]
    fn every_row_has_its_own_moments() {
        let mut layer = layer(2, 0.0);
        *layer.parameters_mut()[0] = tensor(&[2], &[2.0, 10.0]);
        *layer.parameters_mut()[1] = tensor(&[2], &[0.0, 5.0]);
        let input = tensor(&[1, 3, 2], &[1.0, 3.0, 7.0, -7.0, 1e6, 1e6 + 1.0]);
        let expected = tensor(&[1, 3, 2], &[-2.0, 15.0, 2.0, -5.0, -2.0, 15.0]);
        for mode in [Mode::Training, Mode::Inference] {
            assert_eq!(layer.forward(&input, mode), Ok(expected.clone()));
        }
    }

    #[test]
    fn epsilon_stands_under_the_root() {
        let output = layer(4, 3.0).forward(&tensor(&[4], &[0.0, 2.0, 0.0, 2.0]), Mode::Inference).unwrap();
        assert_eq!(output.data(), [-0.5, 0.5, -0.5, 0.5]);
        let nothing = layer(3, 1e-5).forward(&tensor(&[3], &[7.0; 3]), Mode::Inference);
        assert_eq!(nothing, Ok(Tensor::zeros([3])));
    }

    #[test]
    fn gradients_go_through_the_moments() {
        for features in [1, 3, 19] {
            let mut layer = layer(features, 0.5);
            let mut rng = tinytorch::Rng::new(9);
            layer.parameters.iter_mut().flat_map(Tensor::data_mut).for_each(|p| *p = rng.normal());
            check_gradients(&mut layer, &whole(&[2, 2, features], 4), 1e-2);
        }
    }

    #[test]
    fn what_it_cannot_work_with_is_a_fault() {
        for shape in [vec![], vec![3], vec![2, 3]] {
            let found = layer(2, 0.0).forward(&Tensor::zeros(shape), Mode::Training);
            assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
        }
        for (features, epsilon) in [(0, 1e-5), (2, -1.0), (2, f32::NAN)] {
            let found = LayerNorm::new(NormSpec { features, epsilon }).err();
            assert!(matches!(found, Some(Fault::InvalidArgument(_))), "{found:?}");
        }
        let mut empty = layer(2, 0.0);
        let nothing = empty.forward(&Tensor::zeros([0, 2]), Mode::Training).unwrap();
        close(&nothing, &empty.backward(&nothing).unwrap(), "nothing");
        assert!(matches!(layer(2, 0.0).backward(&nothing), Err(Fault::InvalidArgument(_))));
    }
}
