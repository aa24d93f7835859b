//! Attention of several heads, as the loops of its formula.

use tinytorch::{AttentionSpec, DenseSpec, Fault, Layer, Mode, Rng, Tensor};

use crate::{
    activation::{same, trained},
    dense::Dense,
};

/// For each head softmax(q k / sqrt(d)) v over the steps that may be seen, then a dense layer over all heads.
pub(crate) struct Attention {
    spec: AttentionSpec,
    query: Dense,
    key: Dense,
    value: Dense,
    output: Dense,
    /// Queries, keys and values of the last training input, [n, t, width] each.
    projected: Option<[Tensor; 3]>,
}

impl Attention {
    pub(crate) fn new(spec: AttentionSpec, rng: &mut Rng) -> Result<Self, Fault> {
        if spec.width == 0 || spec.heads == 0 || !spec.width.is_multiple_of(spec.heads) {
            let AttentionSpec { width, heads, .. } = spec;
            return Err(Fault::invalid_argument(format!("attention: {heads} heads do not divide {width}")));
        }
        let dense = DenseSpec { inputs: spec.width, outputs: spec.width, bias: true };
        let [query, key, value, output] = [(); 4].map(|()| Dense::new(dense, rng));
        Ok(Self { spec, query, key, value, output, projected: None })
    }

    pub(crate) fn check(&self, shape: &[u32]) -> Result<(), Fault> {
        let width = self.spec.width;
        if shape.len() != 3 || shape[2] != width {
            return Err(Fault::shape_mismatch(format!("attention: [n, t, {width}] wanted, not {shape:?}")));
        }
        Ok(())
    }

    /// For every sequence, head and step: where its own row begins, and those of the steps that it sees.
    fn looks(&self, shape: &[u32]) -> Vec<(usize, Vec<usize>)> {
        let [count, steps, width] = [0, 1, 2].map(|axis| shape[axis] as usize);
        let heads = self.spec.heads as usize;
        let mut looks = Vec::new();
        for n in 0..count {
            for head in 0..heads {
                let row = |t| (n * steps + t) * width + head * (width / heads);
                for t in 0..steps {
                    let seen = if self.spec.causal { t + 1 } else { steps };
                    looks.push((row(t), (0..seen).map(row).collect()));
                }
            }
        }
        looks
    }

    /// The numbers that a head has.
    fn depth(&self) -> usize {
        (self.spec.width / self.spec.heads) as usize
    }

    /// How much a step takes of each that it sees: the softmax of q k / sqrt(d).
    fn shares(&self, queries: &Tensor, keys: &Tensor, own: usize, seen: &[usize]) -> Vec<f32> {
        let depth = self.depth();
        let mut shares = Vec::new();
        let mut highest = f32::NEG_INFINITY;
        for other in seen {
            let mut score = 0.0;
            for i in 0..depth {
                score += queries.data()[own + i] * keys.data()[other + i];
            }
            shares.push(score / (depth as f32).sqrt());
            highest = highest.max(score / (depth as f32).sqrt());
        }
        let mut sum = 0.0;
        for share in &mut shares {
            *share = (*share - highest).exp();
            sum += *share;
        }
        for share in &mut shares {
            *share /= sum;
        }
        shares
    }
}

impl Layer for Attention {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        self.check(input.shape())?;
        let queries = self.query.forward(input, mode)?;
        let keys = self.key.forward(input, mode)?;
        let values = self.value.forward(input, mode)?;
        let mut taken = Tensor::zeros(input.shape());
        for (own, seen) in self.looks(input.shape()) {
            let shares = self.shares(&queries, &keys, own, &seen);
            for (share, other) in shares.iter().zip(&seen) {
                for i in 0..self.depth() {
                    taken.data_mut()[own + i] += share * values.data()[other + i];
                }
            }
        }
        if mode == Mode::Training {
            self.projected = Some([queries, keys, values]);
        }
        self.output.forward(&taken, mode)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        [&self.query, &self.key, &self.value, &self.output].into_iter().flat_map(Layer::parameters).collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        let all = [&mut self.query, &mut self.key, &mut self.value, &mut self.output];
        all.into_iter().flat_map(Layer::parameters_mut).collect()
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let [queries, keys, values] = trained("attention", &self.projected)?;
        same("attention", gradient, queries.shape())?;
        let taken = self.output.backward(gradient)?;
        let [mut to_queries, mut to_keys, mut to_values] = [(); 3].map(|()| Tensor::zeros(taken.shape()));
        let (depth, root) = (self.depth(), (self.depth() as f32).sqrt());
        for (own, seen) in self.looks(taken.shape()) {
            let shares = self.shares(queries, keys, own, &seen);
            // What goes to each share, and their mean, which the softmax takes away.
            let mut to_shares = vec![0.0; seen.len()];
            let mut mean = 0.0;
            for (s, other) in seen.iter().enumerate() {
                for i in 0..depth {
                    to_shares[s] += taken.data()[own + i] * values.data()[other + i];
                    to_values.data_mut()[other + i] += taken.data()[own + i] * shares[s];
                }
                mean += shares[s] * to_shares[s];
            }
            for (s, other) in seen.iter().enumerate() {
                let to_score = shares[s] * (to_shares[s] - mean) / root;
                for i in 0..depth {
                    to_queries.data_mut()[own + i] += to_score * keys.data()[other + i];
                    to_keys.data_mut()[other + i] += to_score * queries.data()[own + i];
                }
            }
        }
        let mut back = self.query.backward(&to_queries)?;
        for other in [self.key.backward(&to_keys)?, self.value.backward(&to_values)?] {
            for (sum, dx) in back.data_mut().iter_mut().zip(other.data()) {
                *sum += dx;
            }
        }
        Ok(back)
    }

    fn gradients(&self) -> Vec<&Tensor> {
        [&self.query, &self.key, &self.value, &self.output].into_iter().flat_map(Layer::gradients).collect()
    }

    fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
        let all = [&mut self.query, &mut self.key, &mut self.value, &mut self.output];
        all.into_iter().flat_map(Layer::gradients_mut).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check_causality, check_gradients};

    fn attention(width: u32, heads: u32, causal: bool) -> Attention {
        let mut layer = Attention::new(AttentionSpec { width, heads, causal }, &mut Rng::new(3)).unwrap();
        for bias in [1, 3, 5, 7] {
            layer.parameters_mut()[bias].data_mut()[0] = 0.5;
        }
        layer
    }

    /// What attention makes of rows, where all four dense layers are the identity.
    fn plain<const WIDTH: usize>(heads: u32, causal: bool, rows: &[[f32; WIDTH]]) -> Vec<f32> {
        let width = WIDTH as u32;
        let mut layer = Attention::new(AttentionSpec { width, heads, causal }, &mut Rng::new(1)).unwrap();
        for weight in [0, 2, 4, 6] {
            let mut place = 0;
            *layer.parameters_mut()[weight] = Tensor::from_fn([width, width], || {
                place += 1;
                if (place - 1) % (WIDTH + 1) == 0 { 1.0 } else { 0.0 }
            });
        }
        let input = Tensor::new([1, rows.len() as u32, width], rows.concat()).unwrap();
        layer.forward(&input, Mode::Inference).unwrap().data().to_vec()
    }

    #[track_caller]
    fn close(found: &[f32], expected: impl IntoIterator<Item = f32>) {
        let expected: Vec<f32> = expected.into_iter().collect();
        assert_eq!(found.len(), expected.len());
        for (a, b) in found.iter().zip(&expected) {
            assert!((a - b).abs() < 1e-6, "{found:?} is not {expected:?}");
        }
    }

    /// The mean of what is seen, weighed by the powers of its products with a step's own number.
    fn taken(own: f32, seen: &[f32]) -> f32 {
        let powers = seen.iter().map(|other| (own * other).exp());
        powers.clone().zip(seen).map(|(power, x)| power * x).sum::<f32>() / powers.sum::<f32>()
    }

    #[test]
    fn a_share_is_what_the_product_is_worth() {
        let x = [0.5, -2.0, 1.0];
        let rows = x.map(|x| [x]);
        close(&plain(1, true, &rows), [taken(x[0], &x[..1]), taken(x[1], &x[..2]), taken(x[2], &x)]);
        close(&plain(1, false, &rows), x.map(|own| taken(own, &x)));
    }

    #[test]
    fn heads_lie_side_by_side_and_are_scaled_by_their_own_width() {
        let (x, y) = ([0.5, -2.0, 1.0], [3.0, 0.1, -0.7]);
        let [first, second] = [x, y].map(|x| plain(1, false, &x.map(|x| [x])));
        let both = plain(2, false, &[0, 1, 2].map(|t| [x[t], y[t]]));
        close(&both, (0..3).flat_map(|t| [first[t], second[t]]));
        // Twice the same number, by the root of two: as if the number were larger by the fourth root of two.
        let root = 2.0_f32.powf(0.25);
        let larger = plain(1, true, &x.map(|x| [root * x]));
        let twice = plain(1, true, &x.map(|x| [x, x]));
        close(&twice, larger.iter().flat_map(|y| [y / root; 2]));
    }

    #[test]
    fn gradients_are_right() {
        for causal in [false, true] {
            check_gradients(attention(4, 2, causal), &[2, 3, 4], 1e-2);
            check_gradients(attention(3, 1, causal), &[1, 5, 3], 1e-2);
        }
    }

    #[test]
    fn nothing_comes_from_later_steps() {
        check_causality(&mut attention(4, 2, true), 6);
    }

    #[test]
    fn what_it_cannot_work_with_is_a_fault() {
        for (width, heads) in [(0, 1), (0, 0), (4, 0), (4, 3), (4, 8)] {
            let found = Attention::new(AttentionSpec { width, heads, causal: true }, &mut Rng::new(1)).err();
            assert!(matches!(found, Some(Fault::InvalidArgument(_))), "{found:?}");
        }
        for shape in [vec![], vec![3, 4], vec![1, 3, 5], vec![1, 1, 3, 4]] {
            let found = attention(4, 2, true).forward(&Tensor::zeros(shape), Mode::Training);
            assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
        }
        let found = attention(4, 2, true).backward(&Tensor::zeros([1, 1, 4]));
        assert!(matches!(found, Err(Fault::InvalidArgument(_))), "{found:?}");
    }
}
