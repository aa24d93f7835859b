//! The fully connected layer: y = x W + b over the last axis.

use tinytorch::{DenseSpec, Fault, Layer, Mode, Rng, Tensor};

use crate::{
    gemm,
    kept::{Kept, alike},
    weights::Weights,
};

/// y = x W + b over the last axis.
pub(crate) struct Dense {
    /// The weight is [inputs, outputs], the bias [outputs].
    weights: Weights,
    gradients: Weights,
    input: Kept,
}

impl Dense {
    /// Weights from N(0, 1 / inputs), which keeps the variance of the signal (LeCun and others, "Efficient BackProp",
    /// 1998, §4.6), and a bias of 0.
    pub(crate) fn new(spec: DenseSpec, rng: &mut Rng) -> Result<Self, Fault> {
        if spec.inputs == 0 || spec.outputs == 0 {
            return Err(Fault::invalid_argument("dense: a layer needs at least one input and one output"));
        }
        let deviation = (1.0 / spec.inputs as f32).sqrt();
        let weights = Weights {
            weight: Tensor::from_fn([spec.inputs, spec.outputs], || deviation * rng.normal()),
            bias: spec.bias.then(|| Tensor::zeros([spec.outputs])),
        };
        Ok(Self { gradients: weights.zeros(), weights, input: Kept::default() })
    }

    fn extents(&self) -> [u32; 2] {
        let &[inputs, outputs] = self.weights.weight.shape() else { unreachable!("a weight has two axes") };
        [inputs, outputs]
    }

    /// The shape of what becomes of one of this shape.
    fn answer(&self, shape: &[u32]) -> Result<Vec<u32>, Fault> {
        let [inputs, outputs] = self.extents();
        match shape.split_last() {
            Some((&last, rest)) if last == inputs => Ok([rest, &[outputs]].concat()),
            _ => Err(Fault::shape_mismatch(format!("dense: {inputs} inputs wanted, shape {shape:?} given"))),
        }
    }
}

impl Layer for Dense {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let [_, outputs] = self.extents();
        let mut output = Tensor::zeros(self.answer(input.shape())?);
        self.input.copy(input, mode);
        gemm::multiply(input.data(), self.weights.weight.data(), outputs as usize, output.data_mut());
        if let Some(bias) = &self.weights.bias {
            output.rows_mut().flat_map(|row| row.iter_mut().zip(bias.data())).for_each(|(y, b)| *y += b);
        }
        Ok(output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.weights.list()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.weights.list_mut()
    }

    /// dW = Xᵀ dY, db the sum of the rows of dY, dX = dY Wᵀ.
    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let [inputs, outputs] = self.extents().map(|extent| extent as usize);
        let input = self.input.of("dense")?;
        alike("dense", gradient, &self.answer(input.shape())?)?;
        let mut back = Tensor::zeros(input.shape());
        if input.data().is_empty() {
            return Ok(back);
        }
        let turned = gemm::transpose(input.data(), inputs);
        gemm::add(&turned, gradient.data(), outputs, self.gradients.weight.data_mut());
        if let Some(bias) = &mut self.gradients.bias {
            gradient.rows().for_each(|row| bias.data_mut().iter_mut().zip(row).for_each(|(b, g)| *b += g));
        }
        gemm::add_transposed(gradient.data(), self.weights.weight.data(), outputs, back.data_mut());
        Ok(back)
    }

    fn gradients(&self) -> Vec<&Tensor> {
        self.gradients.list()
    }

    fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
        self.gradients.list_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check_gradients, whole};

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

    #[test]
    fn gradients_are_those_of_the_definition() {
        for [rows, inputs, outputs] in [[1, 1, 1], [3, 2, 5], [9, 7, 10]] {
            check_gradients(&mut dense(inputs, outputs), &whole(&[rows, inputs], 5), 0.5);
        }
        check_gradients(&mut dense(3, 2), &whole(&[2, 2, 3], 6), 0.5);
    }

    #[test]
    fn there_is_no_way_back_from_nowhere() {
        let mut layer = dense(2, 3);
        layer.forward(&Tensor::zeros([1, 2]), Mode::Inference).unwrap();
        assert!(matches!(layer.backward(&Tensor::zeros([1, 3])), Err(Fault::InvalidArgument(_))));
        layer.forward(&Tensor::zeros([1, 2]), Mode::Training).unwrap();
        assert!(matches!(layer.backward(&Tensor::zeros([3])), Err(Fault::ShapeMismatch(_))));
        layer.forward(&Tensor::zeros([0, 2]), Mode::Training).unwrap();
        assert_eq!(layer.backward(&Tensor::zeros([0, 3])), Ok(Tensor::zeros([0, 2])));
    }
}
