//! The fully connected layer, as three loops.

use tinytorch::{DenseSpec, Fault, Layer, Mode, Rng, Tensor};

use crate::activation::{same, trained};

/// y = x W + b over the last axis.
pub(crate) struct Dense {
    inputs: usize,
    outputs: usize,
    weight: Tensor,
    bias: Option<Tensor>,
    weight_gradient: Tensor,
    bias_gradient: Option<Tensor>,
    /// The last training input.
    input: Option<Tensor>,
}

impl Dense {
    /// Weights from N(0, 1 / inputs), a bias of 0.
    pub(crate) fn new(spec: DenseSpec, rng: &mut Rng) -> Self {
        let deviation = (1.0 / spec.inputs as f32).sqrt();
        Self {
            inputs: spec.inputs as usize,
            outputs: spec.outputs as usize,
            weight: Tensor::from_fn([spec.inputs, spec.outputs], || rng.normal() * deviation),
            bias: spec.bias.then(|| Tensor::zeros([spec.outputs])),
            weight_gradient: Tensor::zeros([spec.inputs, spec.outputs]),
            bias_gradient: spec.bias.then(|| Tensor::zeros([spec.outputs])),
            input: None,
        }
    }

    /// The shape of what becomes of an input: its own with another last axis.
    fn answer(&self, input: &Tensor) -> Vec<u32> {
        let mut shape = input.shape().to_vec();
        shape.pop();
        shape.push(self.outputs as u32);
        shape
    }
}

impl Layer for Dense {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        if input.shape().is_empty() || input.width() != self.inputs {
            let (wanted, found) = (self.inputs, input.shape());
            return Err(Fault::shape_mismatch(format!(
                "dense: last axis must be {wanted}, shape is {found:?}"
            )));
        }
        if mode == Mode::Training {
            self.input = Some(input.clone());
        }
        let weight = self.weight.data();
        let mut output = Vec::new();
        for row in input.rows() {
            for j in 0..self.outputs {
                let mut sum = 0.0;
                for i in 0..self.inputs {
                    sum += row[i] * weight[i * self.outputs + j];
                }
                if let Some(bias) = &self.bias {
                    sum += bias.data()[j];
                }
                output.push(sum);
            }
        }
        Tensor::new(self.answer(input), output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        let mut parameters = vec![&self.weight];
        parameters.extend(&self.bias);
        parameters
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        let mut parameters = vec![&mut self.weight];
        parameters.extend(&mut self.bias);
        parameters
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let input = trained("dense", &self.input)?;
        same("dense", gradient, &self.answer(input))?;
        let mut back = Tensor::zeros(input.shape());
        for ((x, dx), dy) in input.rows().zip(back.rows_mut()).zip(gradient.rows()) {
            for i in 0..self.inputs {
                for (j, dy) in dy.iter().enumerate() {
                    let at = i * self.outputs + j;
                    self.weight_gradient.data_mut()[at] += x[i] * dy;
                    dx[i] += self.weight.data()[at] * dy;
                }
            }
            if let Some(bias) = &mut self.bias_gradient {
                for (sum, dy) in bias.data_mut().iter_mut().zip(dy) {
                    *sum += dy;
                }
            }
        }
        Ok(back)
    }

    fn gradients(&self) -> Vec<&Tensor> {
        let mut gradients = vec![&self.weight_gradient];
        gradients.extend(&self.bias_gradient);
        gradients
    }

    fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
        let mut gradients = vec![&mut self.weight_gradient];
        gradients.extend(&mut self.bias_gradient);
        gradients
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_gradients;

    fn dense() -> Dense {
        let mut dense = Dense::new(DenseSpec { inputs: 2, outputs: 3, bias: true }, &mut Rng::new(1));
        *dense.parameters_mut()[0] = Tensor::new([2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
        *dense.parameters_mut()[1] = Tensor::new([3], vec![0.5, 0.0, -0.5]).unwrap();
        dense
    }

    #[test]
    fn a_batch_is_multiplied_row_by_row() {
        let input = Tensor::new([2, 2], vec![1.0, 0.0, -1.0, 2.0]).unwrap();
        let output = dense().forward(&input, Mode::Inference).unwrap();
        assert_eq!(output, Tensor::new([2, 3], vec![1.5, 2.0, 2.5, 7.5, 8.0, 8.5]).unwrap());
    }

    #[test]
    fn a_wrong_last_axis_is_a_fault() {
        for shape in [vec![], vec![3], vec![2, 3]] {
            let found = dense().forward(&Tensor::zeros(shape), Mode::Inference);
            assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
        }
    }

    #[test]
    fn gradients_are_right() {
        check_gradients(dense(), &[2, 2, 2], 0.5);
        let spec = DenseSpec { inputs: 3, outputs: 1, bias: false };
        check_gradients(Dense::new(spec, &mut Rng::new(2)), &[4, 3], 0.5);
    }
}
