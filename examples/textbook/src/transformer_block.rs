//! A block of a GPT, put together from the other layers.

use tinytorch::{AttentionSpec, BlockSpec, DenseSpec, Fault, Layer, Mode, NormSpec, Rng, Tensor};

use crate::{
    activation::{Activation, gelu, same, trained},
    attention::Attention,
    dense::Dense,
    layer_norm::LayerNorm,
};

/// x + attention(norm(x)), then x + dense(gelu(dense(norm(x)))).
pub(crate) struct TransformerBlock {
    first_norm: LayerNorm,
    attention: Attention,
    second_norm: LayerNorm,
    widening: Dense,
    gelu: Activation,
    narrowing: Dense,
    /// The shape of the last training input.
    shape: Option<Vec<u32>>,
}

impl TransformerBlock {
    pub(crate) fn new(spec: BlockSpec, rng: &mut Rng) -> Result<Self, Fault> {
        let BlockSpec { width, heads, expansion } = spec;
        let inner = width.checked_mul(expansion).unwrap_or(0);
        if inner == 0 {
            return Err(Fault::invalid_argument(format!(
                "transformer-block: no width {expansion} x {width}"
            )));
        }
        let norm = NormSpec { features: width, epsilon: 1e-5 };
        Ok(Self {
            first_norm: LayerNorm::new(norm)?,
            attention: Attention::new(AttentionSpec { width, heads, causal: true }, rng)?,
            second_norm: LayerNorm::new(norm)?,
            widening: Dense::new(DenseSpec { inputs: width, outputs: inner, bias: true }, rng),
            gelu: gelu(),
            narrowing: Dense::new(DenseSpec { inputs: inner, outputs: width, bias: true }, rng),
            shape: None,
        })
    }

    /// The layers with parameters, in the contract's order.
    fn parts(&self) -> [&dyn Layer; 5] {
        [&self.first_norm, &self.attention, &self.second_norm, &self.widening, &self.narrowing]
    }

    fn parts_mut(&mut self) -> [&mut dyn Layer; 5] {
        [
            &mut self.first_norm,
            &mut self.attention,
            &mut self.second_norm,
            &mut self.widening,
            &mut self.narrowing,
        ]
    }
}

/// The sum of two tensors of one shape.
fn sum(mut left: Tensor, right: &Tensor) -> Tensor {
    for (l, r) in left.data_mut().iter_mut().zip(right.data()) {
        *l += r;
    }
    left
}

impl Layer for TransformerBlock {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        self.attention.check(input.shape())?;
        let normal = self.first_norm.forward(input, mode)?;
        let middle = sum(self.attention.forward(&normal, mode)?, input);
        let normal = self.second_norm.forward(&middle, mode)?;
        let wide = self.widening.forward(&normal, mode)?;
        let bent = self.gelu.forward(&wide, mode)?;
        let output = sum(self.narrowing.forward(&bent, mode)?, &middle);
        if mode == Mode::Training {
            self.shape = Some(input.shape().to_vec());
        }
        Ok(output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.parts().into_iter().flat_map(|part| part.parameters()).collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.parts_mut().into_iter().flat_map(|part| part.parameters_mut()).collect()
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        same("transformer-block", gradient, trained("transformer-block", &self.shape)?)?;
        let bent = self.narrowing.backward(gradient)?;
        let wide = self.gelu.backward(&bent)?;
        let normal = self.widening.backward(&wide)?;
        let middle = sum(self.second_norm.backward(&normal)?, gradient);
        let normal = self.attention.backward(&middle)?;
        Ok(sum(self.first_norm.backward(&normal)?, &middle))
    }

    fn gradients(&self) -> Vec<&Tensor> {
        self.parts().into_iter().flat_map(|part| part.gradients()).collect()
    }

    fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
        self.parts_mut().into_iter().flat_map(|part| part.gradients_mut()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Textbook;
    use crate::testing::{check_causality, check_gradients};
    use tinytorch::{LayerSpec, Model, Sequential};

    fn block(width: u32, heads: u32, expansion: u32) -> TransformerBlock {
        let mut block =
            TransformerBlock::new(BlockSpec { width, heads, expansion }, &mut Rng::new(4)).unwrap();
        let mut rng = Rng::new(6);
        for parameter in block.parameters_mut() {
            *parameter = parameter.map(|p| p + 0.2 * rng.normal());
        }
        block
    }

    /// What the layers make of the input with the next of the parameters, and the input.
    fn branch(layers: &[LayerSpec], parameters: &mut Vec<Tensor>, input: &Tensor) -> Tensor {
        let mut model = Sequential::<Textbook>::build(layers, 0).unwrap();
        model.load(parameters.drain(..model.parameters().len()).collect()).unwrap();
        sum(model.forward(input, Mode::Inference).unwrap(), input)
    }

    #[test]
    fn a_block_is_its_parts() {
        let mut block = block(6, 3, 2);
        let mut parameters: Vec<Tensor> = block.parameters().into_iter().cloned().collect();
        let mut rng = Rng::new(5);
        let input = Tensor::from_fn([2, 5, 6], || rng.normal());
        let norm = LayerSpec::LayerNorm(NormSpec { features: 6, epsilon: 1e-5 });
        let attention = LayerSpec::Attention(AttentionSpec { width: 6, heads: 3, causal: true });
        let dense = |inputs, outputs| LayerSpec::Dense(DenseSpec { inputs, outputs, bias: true });
        let middle = branch(&[norm, attention], &mut parameters, &input);
        let network = [norm, dense(6, 12), LayerSpec::Gelu, dense(12, 6)];
        let expected = branch(&network, &mut parameters, &middle);
        assert_eq!((block.forward(&input, Mode::Inference), parameters.len()), (Ok(expected), 0));
    }

    #[test]
    fn gradients_are_right_and_nothing_comes_from_later_steps() {
        check_gradients(block(4, 2, 2), &[2, 3, 4], 1e-2);
        check_causality(&mut block(4, 2, 4), 6);
    }

    #[test]
    fn what_it_cannot_work_with_is_a_fault() {
        for (width, heads, expansion) in [(0, 1, 4), (4, 0, 4), (4, 3, 4), (4, 2, 0), (1 << 20, 1, 1 << 12)] {
            let found = TransformerBlock::new(BlockSpec { width, heads, expansion }, &mut Rng::new(1)).err();
            assert!(matches!(found, Some(Fault::InvalidArgument(_))), "{found:?}");
        }
        for shape in [vec![], vec![3, 4], vec![1, 3, 5]] {
            let found = block(4, 2, 4).forward(&Tensor::zeros(shape), Mode::Training);
            assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
        }
        let found = block(4, 2, 4).backward(&Tensor::zeros([1, 1, 4]));
        assert!(matches!(found, Err(Fault::InvalidArgument(_))), "{found:?}");
    }
}
