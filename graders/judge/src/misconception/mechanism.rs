//! Attention and blocks with something done otherwise, in f64: what their misconceptions are made of.

use tito_kernels::{
    Wide, dense,
    layer_norm::{self, Affine},
};
use tito_sandbox::{AttentionSpec, BlockSpec};

/// What is added to the variances of a block's norms.
const EPSILON: f32 = 1e-5;

/// A query and a key by their places, and whether a query is to see none of the keys behind it.
#[derive(Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) query: usize,
    pub(crate) key: usize,
    pub(crate) causal: bool,
}

impl Pair {
    /// Whether the query is to see the key.
    pub(crate) fn is_seen(self) -> bool {
        !self.causal || self.key <= self.query
    }
}

/// The i-th feature of a head at a place, of so many.
#[derive(Clone, Copy)]
pub(crate) struct Feature {
    pub(crate) head: usize,
    pub(crate) place: usize,
    pub(crate) feature: usize,
    pub(crate) heads: usize,
    pub(crate) length: usize,
    pub(crate) size: usize,
}

/// How attention is done.
#[derive(Clone, Copy)]
pub(crate) struct Mechanism<'a> {
    /// What becomes of a score; `None` where the key is not looked at.
    pub(crate) score: &'a dyn Fn(Pair, f64) -> Option<f64>,
    /// What scores are multiplied by, given the features of a head and of all.
    pub(crate) scale: fn(f64, f64) -> f64,
    /// Which of the first three projections are query, key and value.
    pub(crate) order: [usize; 3],
    /// Where in its sequence a head reads a feature, and where it writes it.
    pub(crate) places: [fn(Feature) -> usize; 2],
}

/// As it should be.
pub(crate) const RIGHT: Mechanism<'static> = Mechanism {
    score: &|pair, score| pair.is_seen().then_some(score),
    scale: |size, _| 1.0 / libm::sqrt(size),
    order: [0, 1, 2],
    places: [side_by_side, side_by_side],
};

/// The features of a head next to each other, in those of its place.
pub(crate) fn side_by_side(at: Feature) -> usize {
    (at.place * at.heads + at.head) * at.size + at.feature
}

impl Mechanism<'_> {
    /// What attention makes of sequences `[n, t, width]`; `None` where they are none.
    pub(crate) fn attend(&self, input: &Wide, parameters: &[Wide], spec: AttentionSpec) -> Option<Wide> {
        let &[texts, length, width] = input.shape().extents() else { return None };
        let [texts, length, width] = [texts, length, width].map(|extent| extent as usize);
        let project =
            |at: usize, x: &Wide| dense::oracle(x, &parameters[2 * at], Some(&parameters[2 * at + 1]));
        let [query, key, value] = [
            project(self.order[0], input).ok()?,
            project(self.order[1], input).ok()?,
            project(self.order[2], input).ok()?,
        ]
        .map(|judged| judged.value);
        let heads = spec.heads as usize;
        let size = width / heads.max(1);
        let mut mixed = vec![0.0; input.data().len()];
        for (text, head) in (0..texts).flat_map(|text| (0..heads).map(move |head| (text, head))) {
            let at = |which: usize, place: usize, feature: usize| {
                let feature = Feature { head, place, feature, heads, length, size };
                text * length * width + (self.places[which])(feature)
            };
            for query_place in 0..length {
                let score = |place: usize| {
                    let terms =
                        (0..size).map(|i| query.data()[at(0, query_place, i)] * key.data()[at(0, place, i)]);
                    let score = terms.sum::<f64>() * (self.scale)(size as f64, width as f64);
                    (self.score)(Pair { query: query_place, key: place, causal: spec.causal }, score)
                };
                let weights = softmax(&(0..length).map(score).collect::<Vec<_>>());
                for feature in 0..size {
                    let of = |place: usize| weights[place] * value.data()[at(0, place, feature)];
                    mixed[at(1, query_place, feature)] = (0..length).map(of).sum();
                }
            }
        }
        project(3, &Wide::new(input.shape().clone(), mixed).ok()?).ok().map(|judged| judged.value)
    }
}

/// Weights of scores; NaN where nothing is looked at.
fn softmax(scores: &[Option<f64>]) -> Vec<f64> {
    let max = scores.iter().flatten().fold(f64::NEG_INFINITY, |max, &score| max.max(score));
    let powers: Vec<f64> =
        scores.iter().map(|score| score.map_or(0.0, |score| libm::exp(score - max))).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// How a block is done.
#[derive(Clone, Copy)]
pub(crate) struct Form<'a> {
    /// Its attention.
    pub(crate) mechanism: Mechanism<'a>,
    /// Whether norms come behind the sums.
    pub(crate) post_norm: bool,
    /// Whether what came in is added to what attention, and then the dense layers, make of it.
    pub(crate) residuals: [bool; 2],
    /// Between the dense layers.
    pub(crate) activation: fn(f64) -> f64,
}

/// As it should be.
pub(crate) const RIGHT_FORM: Form<'static> =
    Form { mechanism: RIGHT, post_norm: false, residuals: [true; 2], activation: gelu };

impl Form<'_> {
    /// What a block makes of sequences `[n, t, width]`; `None` where they are none.
    pub(crate) fn run(&self, input: &Wide, parameters: &[Wide], spec: BlockSpec) -> Option<Wide> {
        let norm = |x: &Wide, at: usize| {
            let affine = Affine { gamma: &parameters[at], beta: &parameters[at + 1], epsilon: EPSILON };
            layer_norm::oracle(x, affine).ok().map(|judged| judged.value)
        };
        let attend = |x: &Wide| {
            let attention = AttentionSpec { width: spec.width, heads: spec.heads, causal: true };
            self.mechanism.attend(x, &parameters[2..10], attention)
        };
        let feed = |x: &Wide| {
            let dense = |x: &Wide, at: usize| {
                dense::oracle(x, &parameters[at], Some(&parameters[at + 1])).ok().map(|judged| judged.value)
            };
            dense(&each(&dense(x, 12)?, self.activation)?, 14)
        };
        let part = |x: &Wide, of: &dyn Fn(&Wide) -> Option<Wide>, at: usize, is_kept: bool| {
            let sum = |added: Wide| if is_kept { added_up(x, &added) } else { Some(added) };
            if self.post_norm { norm(&sum(of(x)?)?, at) } else { sum(of(&norm(x, at)?)?) }
        };
        let between = part(input, &attend, 0, self.residuals[0])?;
        part(&between, &feed, 10, self.residuals[1])
    }
}

fn added_up(left: &Wide, right: &Wide) -> Option<Wide> {
    let data = left.data().iter().zip(right.data()).map(|(a, b)| a + b).collect();
    Wide::new(left.shape().clone(), data).ok()
}

/// Every element's image.
pub(crate) fn each(tensor: &Wide, image: impl Fn(f64) -> f64) -> Option<Wide> {
    Wide::new(tensor.shape().clone(), tensor.data().iter().map(|&x| image(x)).collect()).ok()
}

/// x Φ(x).
pub(crate) fn gelu(x: f64) -> f64 {
    0.5 * x * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// The form by tanh.
pub(crate) fn gelu_by_tanh(x: f64) -> f64 {
    0.5 * x * (1.0 + libm::tanh(TANH_SCALE * (x + 0.044_715 * x * x * x)))
}

/// √(2/π).
pub(crate) const TANH_SCALE: f64 = 0.797_884_560_802_865_4;

/// x times the logistic function, where x is multiplied by so much before it.
pub(crate) fn gelu_by_sigmoid(x: f64, factor: f64) -> f64 {
    x / (1.0 + libm::exp(-factor * x))
}

#[cfg(test)]
mod tests {
    use tito_sandbox::Layer;

    use super::*;
    use crate::{Draw, layer_oracle, parameter_shapes};

    #[track_caller]
    fn check(layer: Layer, width: u32, run: impl Fn(&Wide, &[Wide]) -> Option<Wide>) {
        let mut draw = Draw::new([4; 32]);
        let input = Wide::from(&draw.normals([2, 5, width], 1.0));
        let shapes = parameter_shapes(&layer).into_iter();
        let parameters: Vec<_> = shapes.map(|shape| Wide::from(&draw.normals(shape, 0.5))).collect();
        let (right, found) =
            (layer_oracle(&layer, &parameters, &input).value, run(&input, &parameters).unwrap());
        let errors = right.data().iter().zip(found.data()).map(|(a, b)| (a - b).abs());
        assert!(errors.fold(0.0, f64::max) < 1e-12);
    }

    #[test]
    fn what_is_not_done_otherwise_is_right() {
        for causal in [true, false] {
            let spec = AttentionSpec { width: 6, heads: 3, causal };
            check(Layer::Attention(spec), 6, |x, parameters| RIGHT.attend(x, parameters, spec));
        }
        let spec = BlockSpec { width: 4, heads: 2, expansion: 3 };
        check(Layer::TransformerBlock(spec), 4, |x, parameters| RIGHT_FORM.run(x, parameters, spec));
    }
}
