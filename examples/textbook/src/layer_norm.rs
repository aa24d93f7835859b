//! Layer normalisation, row by row.

use tinytorch::{Fault, Layer, Mode, NormSpec, Tensor};

use crate::activation::{same, trained};

/// y = gamma (x - mean) / sqrt(variance + epsilon) + beta over the last axis.
pub(crate) struct LayerNorm {
    epsilon: f32,
    /// gamma, then beta: [features] each.
    parameters: [Tensor; 2],
    gradients: [Tensor; 2],
    /// The last training input.
    input: Option<Tensor>,
}

impl LayerNorm {
    pub(crate) fn new(spec: NormSpec) -> Result<Self, Fault> {
        if spec.features == 0 || spec.epsilon.is_nan() || spec.epsilon < 0.0 {
            return Err(Fault::invalid_argument("layer-norm: no features, or an epsilon below 0"));
        }
        let zeros = || Tensor::zeros([spec.features]);
        Ok(Self {
            epsilon: spec.epsilon,
            parameters: [zeros().map(|_| 1.0), zeros()],
            gradients: [zeros(), zeros()],
            input: None,
        })
    }
}

/// (x - mean) / deviation of a row, and the deviation, sqrt(variance + epsilon).
fn normal(row: &[f32], epsilon: f32) -> (Vec<f32>, f32) {
    let count = row.len() as f32;
    let mut mean = 0.0;
    for x in row {
        mean += x / count;
    }
    let mut variance = 0.0;
    for x in row {
        variance += (x - mean) * (x - mean) / count;
    }
    let deviation = (variance + epsilon).sqrt();
    (row.iter().map(|x| (x - mean) / deviation).collect(), deviation)
}

impl Layer for LayerNorm {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let features = self.parameters[0].width();
        if input.shape().is_empty() || input.width() != features {
            let found = input.shape();
            return Err(Fault::shape_mismatch(format!(
                "layer-norm: last axis must be {features}, shape is {found:?}"
            )));
        }
        let mut output = input.clone();
        for row in output.rows_mut() {
            let (normal, _) = normal(row, self.epsilon);
            for j in 0..features {
                row[j] = self.parameters[0].data()[j] * normal[j] + self.parameters[1].data()[j];
            }
        }
        if mode == Mode::Training {
            self.input = Some(input.clone());
        }
        Ok(output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.parameters.iter().collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.parameters.iter_mut().collect()
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let input = trained("layer-norm", &self.input)?;
        same("layer-norm", gradient, input.shape())?;
        let [to_gamma, to_beta] = &mut self.gradients;
        let mut back = gradient.clone();
        for (dy, x) in back.rows_mut().zip(input.rows()) {
            let (normal, deviation) = normal(x, self.epsilon);
            let count = x.len() as f32;
            // Means of what goes to the normal row, and of what it goes in the row's own direction.
            let (mut shift, mut slope) = (0.0, 0.0);
            for j in 0..x.len() {
                to_gamma.data_mut()[j] += dy[j] * normal[j];
                to_beta.data_mut()[j] += dy[j];
                dy[j] *= self.parameters[0].data()[j];
                shift += dy[j] / count;
                slope += dy[j] * normal[j] / count;
            }
            for j in 0..x.len() {
                dy[j] = (dy[j] - shift - normal[j] * slope) / deviation;
            }
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
    use crate::testing::check_gradients;

    #[test]
    fn every_row_has_its_own_moments() {
        let mut layer = LayerNorm::new(NormSpec { features: 2, epsilon: 0.0 }).unwrap();
        layer.parameters[0] = Tensor::new([2], vec![2.0, 10.0]).unwrap();
        layer.parameters[1] = Tensor::new([2], vec![0.0, 5.0]).unwrap();
        let input = Tensor::new([1, 2, 2], vec![1.0, 3.0, 7.0, -7.0]).unwrap();
        assert_eq!(layer.forward(&input, Mode::Inference).unwrap().data(), [-2.0, 15.0, 2.0, -5.0]);
        let mut layer = LayerNorm::new(NormSpec { features: 4, epsilon: 3.0 }).unwrap();
        let input = Tensor::new([4], vec![0.0, 2.0, 0.0, 2.0]).unwrap();
        assert_eq!(layer.forward(&input, Mode::Inference).unwrap().data(), [-0.5, 0.5, -0.5, 0.5]);
    }

    #[test]
    fn gradients_go_through_the_moments() {
        let mut layer = LayerNorm::new(NormSpec { features: 5, epsilon: 0.1 }).unwrap();
        layer.parameters[0].data_mut()[1] = -2.0;
        check_gradients(layer, &[2, 3, 5], 1e-2);
    }

    #[test]
    fn what_it_cannot_work_with_is_a_fault() {
        for shape in [vec![], vec![3], vec![2, 3]] {
            let mut layer = LayerNorm::new(NormSpec { features: 2, epsilon: 0.0 }).unwrap();
            let found = layer.forward(&Tensor::zeros(shape), Mode::Training);
            assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
        }
        for (features, epsilon) in [(0, 1e-5), (2, -1.0), (2, f32::NAN)] {
            let found = LayerNorm::new(NormSpec { features, epsilon }).err();
            assert!(matches!(found, Some(Fault::InvalidArgument(_))), "{found:?}");
        }
    }
}
