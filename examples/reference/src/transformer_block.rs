//! One block of a GPT: attention, then a small network for every step by itself.

use tinytorch::{AttentionSpec, BlockSpec, DenseSpec, Fault, Layer, Mode, NormSpec, Rng, Tensor};

use crate::{
    attention::Attention,
    dense::Dense,
    gelu::Gelu,
    kept::{alike, untrained},
    layer_norm::LayerNorm,
};

/// Stands under the roots of both norms.
const EPSILON: f32 = 1e-5;

/// x + attention(norm(x)), then x + dense(gelu(dense(norm(x)))): norms first, so that gradients reach the first block as
/// they are (Xiong and others, "On layer normalization in the transformer architecture", 2020, §3). Causal.
pub(crate) struct TransformerBlock {
    norms: [LayerNorm; 2],
    attention: Attention,
    widening: Dense,
    gelu: Gelu,
    narrowing: Dense,
    /// The shape of the last training input.
    input: Option<Vec<u32>>,
}

impl TransformerBlock {
    /// Its parts begin as they would by themselves.
    pub(crate) fn new(spec: BlockSpec, rng: &mut Rng) -> Result<Self, Fault> {
        let BlockSpec { width, heads, expansion } = spec;
        let inner = width.checked_mul(expansion).filter(|inner| *inner > 0).ok_or_else(|| {
            Fault::invalid_argument(format!("transformer-block: {expansion} times {width} is no width"))
        })?;
        let norm = || LayerNorm::new(NormSpec { features: width, epsilon: EPSILON });
        let dense =
            |inputs, outputs, rng: &mut Rng| Dense::new(DenseSpec { inputs, outputs, bias: true }, rng);
        Ok(Self {
            norms: [norm()?, norm()?],
            attention: Attention::new(AttentionSpec { width, heads, causal: true }, rng)?,
            widening: dense(width, inner, rng)?,
            gelu: Gelu::default(),
            narrowing: dense(inner, width, rng)?,
            input: None,
        })
    }
}

fn add(sum: &mut Tensor, other: &Tensor) {
    sum.data_mut().iter_mut().zip(other.data()).for_each(|(sum, x)| *sum += x);
}

impl Layer for TransformerBlock {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        self.attention.cut(input.shape())?;
        let [first, second] = &mut self.norms;
        let mut middle = self.attention.forward(&first.forward(input, mode)?, mode)?;
        add(&mut middle, input);
        let wide = self.widening.forward(&second.forward(&middle, mode)?, mode)?;
        let mut output = self.narrowing.forward(&self.gelu.forward(&wide, mode)?, mode)?;
        add(&mut output, &middle);
        if mode == Mode::Training {
            self.input = Some(input.shape().to_vec());
        }
        Ok(output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        let [first, second] = self.norms.each_ref().map(LayerNorm::parameters);
        let rest = [self.widening.parameters(), self.narrowing.parameters()];
        [first, self.attention.parameters(), second].into_iter().chain(rest).flatten().collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        let [first, second] = self.norms.each_mut().map(LayerNorm::parameters_mut);
        let rest = [self.widening.parameters_mut(), self.narrowing.parameters_mut()];
        [first, self.attention.parameters_mut(), second].into_iter().chain(rest).flatten().collect()
    }

    /// Through both branches and past them.
    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let shape = self.input.as_ref().ok_or_else(|| untrained("transformer-block"))?;
        alike("transformer-block", gradient, shape)?;
        let [first, second] = &mut self.norms;
        let wide = self.gelu.backward(&self.narrowing.backward(gradient)?)?;
        let mut middle = second.backward(&self.widening.backward(&wide)?)?;
        add(&mut middle, gradient);
        let mut back = first.backward(&self.attention.backward(&middle)?)?;
        add(&mut back, &middle);
        Ok(back)
    }

    fn gradients(&self) -> Vec<&Tensor> {
        let [first, second] = self.norms.each_ref().map(LayerNorm::gradients);
        let rest = [self.widening.gradients(), self.narrowing.gradients()];
        [first, self.attention.gradients(), second].into_iter().chain(rest).flatten().collect()
    }

    fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
        let [first, second] = self.norms.each_mut().map(LayerNorm::gradients_mut);
        let rest = [self.widening.gradients_mut(), self.narrowing.gradients_mut()];
        [first, self.attention.gradients_mut(), second].into_iter().chain(rest).flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reference;
    use crate::testing::{check_causality, check_gradients, close, whole};
    use tinytorch::{LayerSpec, Model, Sequential};

    fn block(width: u32, heads: u32, expansion: u32) -> TransformerBlock {
        let mut block =
            TransformerBlock::new(BlockSpec { width, heads, expansion }, &mut Rng::new(4)).unwrap();
        let mut rng = Rng::new(6);
        block.parameters_mut().into_iter().flat_map(Tensor::data_mut).for_each(|p| *p += 0.2 * rng.normal());
        block
    }

    /// The layers of one branch, with the next parameters of the block.
    fn branch(layers: &[LayerSpec], parameters: &mut impl Iterator<Item = Tensor>, input: &Tensor) -> Tensor {
        let mut model = Sequential::<Reference>::build(layers, 0).unwrap();
        let count = model.parameters().len();
        model.load(parameters.take(count).collect()).unwrap();
        let mut output = model.forward(input, Mode::Inference).unwrap();
        add(&mut output, input);
        output
    }

    #[test]
    fn it_is_its_parts_in_the_contract_s_order() {
        let mut block = block(6, 3, 2);
        let mut parameters = block.parameters().into_iter().cloned().collect::<Vec<_>>().into_iter();
        let input = whole(&[2, 5, 6], 3);
        let norm = LayerSpec::LayerNorm(NormSpec { features: 6, epsilon: 1e-5 });
        let attention = LayerSpec::Attention(AttentionSpec { width: 6, heads: 3, causal: true });
        let dense = |inputs, outputs| LayerSpec::Dense(DenseSpec { inputs, outputs, bias: true });
        let middle = branch(&[norm, attention], &mut parameters, &input);
        let expected = branch(&[norm, dense(6, 12), LayerSpec::Gelu, dense(12, 6)], &mut parameters, &middle);
        assert!(parameters.next().is_none());
        for mode in [Mode::Training, Mode::Inference] {
            assert_eq!(block.forward(&input, mode), Ok(expected.clone()));
        }
    }

    #[test]
    fn gradients_go_through_both_branches_and_past_them() {
        check_gradients(&mut block(4, 2, 2), &whole(&[2, 3, 4], 7), 1e-2);
        check_gradients(&mut block(3, 1, 1), &whole(&[1, 5, 3], 7), 1e-2);
    }

    #[test]
    fn the_past_does_not_know_the_future() {
        check_causality(&mut block(8, 2, 4), 19);
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
        let empty = Tensor::zeros([2, 0, 4]);
        let mut block = block(4, 2, 4);
        assert!(matches!(block.backward(&empty), Err(Fault::InvalidArgument(_))));
        close(&empty, &block.forward(&empty, Mode::Training).unwrap(), "nothing");
        assert_eq!(block.backward(&empty), Ok(empty));
        assert!(matches!(block.backward(&Tensor::zeros([1, 1, 4])), Err(Fault::ShapeMismatch(_))));
    }
}
