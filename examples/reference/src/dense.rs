//! The fully connected layer: y = x W + b over the last axis.

use tinytorch::{DenseSpec, Fault, Layer, Mode, Rng, Tensor};

use crate::gemm;

/// y = x W + b over the last axis.
pub(crate) struct Dense {
    /// [inputs, outputs]
    weight: Tensor,
    /// [outputs]
    bias: Option<Tensor>,
}

impl Dense {
    /// Weights from N(0, 1 / inputs), which keeps the variance of the signal (LeCun and others, "Efficient BackProp",
    /// 1998, §4.6), and a bias of 0.
    pub(crate) fn new(spec: DenseSpec, rng: &mut Rng) -> Result<Self, Fault> {
        if spec.inputs == 0 || spec.outputs == 0 {
            return Err(Fault::invalid_argument("dense: a layer needs at least one input and one output"));
        }
        let deviation = (1.0 / spec.inputs as f32).sqrt();
        Ok(Self {
            weight: Tensor::from_fn([spec.inputs, spec.outputs], || deviation * rng.normal()),
            bias: spec.bias.then(|| Tensor::zeros([spec.outputs])),
        })
    }
}

impl Layer for Dense {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        let &[inputs, outputs] = self.weight.shape() else { unreachable!("a weight has two axes") };
        let mut shape = input.shape().to_vec();
        match shape.last_mut() {
            Some(last) if *last == inputs => *last = outputs,
            _ => {
                let found = input.shape();
                return Err(Fault::shape_mismatch(format!(
                    "dense: {inputs} inputs wanted, shape {found:?} given"
                )));
            }
        }
        let mut output = Tensor::zeros(shape);
        gemm::multiply(input.data(), self.weight.data(), outputs as usize, output.data_mut());
        if let Some(bias) = &self.bias {
            output.rows_mut().flat_map(|row| row.iter_mut().zip(bias.data())).for_each(|(y, b)| *y += b);
        }
        Ok(output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        std::iter::once(&self.weight).chain(&self.bias).collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        std::iter::once(&mut self.weight).chain(&mut self.bias).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dense(inputs: u32, outputs: u32) -> Dense {
        Dense::new(DenseSpec { inputs, outputs, bias: true }, &mut Rng::new(1)).unwrap()
    }

    #[test]
    fn the_bias_is_added_to_every_row() {
        let mut layer = dense(2, 3);
        *layer.parameters_mut()[0] = Tensor::new([2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
        *layer.parameters_mut()[1] = Tensor::new([3], vec![0.5, 0.0, -0.5]).unwrap();
        let input = Tensor::new([1, 2, 2], vec![1.0, 0.0, -1.0, 2.0]).unwrap();
        let output = layer.forward(&input, Mode::Inference).unwrap();
        assert_eq!(output, Tensor::new([1, 2, 3], vec![1.5, 2.0, 2.5, 7.5, 8.0, 8.5]).unwrap());
    }

    #[test]
    fn what_it_cannot_work_with_is_a_fault() {
        for shape in [vec![], vec![3], vec![2, 3]] {
            let found = dense(2, 3).forward(&Tensor::zeros(shape), Mode::Inference);
            assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
        }
        let empty = Dense::new(DenseSpec { inputs: 0, outputs: 3, bias: true }, &mut Rng::new(1));
        assert!(matches!(empty.err(), Some(Fault::InvalidArgument(_))));
    }

    #[test]
    fn weights_have_the_variance_that_is_documented() {
        let layer = dense(400, 500);
        let weight = layer.parameters()[0].data();
        let variance = weight.iter().map(|w| w * w).sum::<f32>() / weight.len() as f32;
        assert!((variance * 400.0 - 1.0).abs() < 0.02, "{variance}");
    }
}
