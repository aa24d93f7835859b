//! Attention, its parts replaceable.

use tinytorch::{AttentionSpec, Fault, Layer, Mode, Rng, Tensor};

use super::{linear, linear_slopes};
use crate::{learning::Slopes, softmax};

/// A query and a key by their places.
#[derive(Clone, Copy)]
pub struct Pair {
    /// The place that looks.
    pub query: usize,
    /// The place that is looked at.
    pub key: usize,
    /// Whether places see none behind them.
    pub causal: bool,
}

impl Pair {
    /// Whether the query is to see the key.
    pub fn is_seen(self) -> bool {
        !self.causal || self.key <= self.query
    }
}

/// A feature of a head at a place, of so many.
#[derive(Clone, Copy)]
pub struct Feature {
    /// Which head.
    pub head: usize,
    /// At which place of the sequence.
    pub place: usize,
    /// Which feature of the head.
    pub feature: usize,
    /// How many heads there are.
    pub heads: usize,
    /// How many places.
    pub length: usize,
    /// How many features a head has.
    pub size: usize,
}

/// How attention is done, unless a guest says otherwise.
#[derive(Clone, Copy)]
pub struct Mechanism {
    /// What becomes of a score.
    pub score: fn(Pair, f32) -> f32,
    /// What scores are multiplied by, given the features of a head and of all.
    pub scale: fn(f32, f32) -> f32,
    /// Which of the first three projections are query, key and value.
    pub order: [usize; 3],
    /// Where in its sequence a head reads a feature, and where it writes it.
    pub places: [fn(Feature) -> usize; 2],
    /// What becomes of a row of scores.
    pub softmax: fn(&mut [f32]),
}

impl Default for Mechanism {
    fn default() -> Self {
        Self {
            score: |pair, score| if pair.is_seen() { score } else { f32::NEG_INFINITY },
            scale: |size, _| 1.0 / size.sqrt(),
            order: [0, 1, 2],
            places: [side_by_side, side_by_side],
            softmax,
        }
    }
}

/// The features of a head next to each other, in those of its place.
pub fn side_by_side(at: Feature) -> usize {
    (at.place * at.heads + at.head) * at.size + at.feature
}

/// Several heads between four projections.
pub struct Attention {
    /// What it was built of.
    pub spec: AttentionSpec,
    /// W and b of query, key, value and output.
    pub parameters: Vec<Tensor>,
    /// What it does.
    pub mechanism: Mechanism,
    /// How.
    pub attend: Attend,
}

/// What makes of sequences that fit, and the eight parameters, the answer.
pub type Attend = fn(&Tensor, &[&Tensor], &AttentionSpec, &Mechanism) -> Tensor;

impl Attention {
    /// The right layer.
    ///
    /// # Errors
    ///
    /// [`Fault::InvalidArgument`] for heads that do not share out the width.
    pub fn new(spec: &AttentionSpec, rng: &mut Rng) -> Result<Self, Fault> {
        let AttentionSpec { width, heads, .. } = *spec;
        if width == 0 || heads == 0 || !width.is_multiple_of(heads) {
            return Err(Fault::invalid_argument("attention: heads that do not divide the width"));
        }
        let deviation = (1.0 / width as f32).sqrt();
        let mut projection =
            || [Tensor::from_fn([width, width], || rng.normal() * deviation), Tensor::zeros([width])];
        let parameters = (0..4).flat_map(|_| projection()).collect();
        Ok(Self { spec: *spec, parameters, mechanism: Mechanism::default(), attend: attended })
    }
}

/// What attention makes of sequences that fit.
pub fn attended(
    input: &Tensor,
    parameters: &[&Tensor],
    spec: &AttentionSpec,
    mechanism: &Mechanism,
) -> Tensor {
    let Mechanism { score, scale, order, places, softmax } = *mechanism;
    let project = |x: &Tensor, at: usize| linear(x, parameters[2 * at], parameters[2 * at + 1]);
    let [query, key, value] = order.map(|at| project(input, at));
    let [texts, length, width] = extents(input);
    let (heads, size) = (spec.heads as usize, width / spec.heads as usize);
    let factor = scale(size as f32, width as f32);
    let mut mixed = input.map(|_| 0.0);
    for (text, head) in (0..texts).flat_map(|text| (0..heads).map(move |head| (text, head))) {
        let at = |which: usize, place, feature| {
            text * length * width + places[which](Feature { head, place, feature, heads, length, size })
        };
        for row in 0..length {
            let mut weights = Vec::new();
            for place in 0..length {
                let mut dot = 0.0;
                for i in 0..size {
                    dot += query.data()[at(0, row, i)] * key.data()[at(0, place, i)];
                }
                weights.push(score(Pair { query: row, key: place, causal: spec.causal }, dot * factor));
            }
            softmax(&mut weights);
            for i in 0..size {
                let terms = weights.iter().enumerate().filter(|(_, weight)| **weight != 0.0);
                let sum = terms.map(|(place, weight)| weight * value.data()[at(0, place, i)]).sum();
                mixed.data_mut()[at(1, row, i)] = sum;
            }
        }
    }
    project(&mixed, 3)
}

/// The extents of sequences.
fn extents(input: &Tensor) -> [usize; 3] {
    [0, 1, 2].map(|axis| input.shape()[axis] as usize)
}

impl Layer for Attention {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        if input.shape().len() != 3 || input.shape()[2] != self.spec.width {
            return Err(Fault::shape_mismatch("attention: other sequences than [N, T, width]"));
        }
        Ok((self.attend)(input, &self.parameters(), &self.spec, &self.mechanism))
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.parameters.iter().collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.parameters.iter_mut().collect()
    }
}

/// The right gradients.
pub fn attention_slopes(
    input: &Tensor,
    parameters: &[&Tensor],
    spec: &AttentionSpec,
    gradient: &Tensor,
) -> Slopes {
    let project = |at: usize| linear(input, parameters[2 * at], parameters[2 * at + 1]);
    let [query, key, value] = [project(0), project(1), project(2)];
    let [texts, length, width] = extents(input);
    let size = width / spec.heads as usize;
    let factor = 1.0 / (size as f32).sqrt();
    let (mut mixed, mut back) = (input.map(|_| 0.0), [(); 3].map(|()| input.map(|_| 0.0)));
    // What the output projection gives back for its input depends on its shape alone.
    let to_mixed = linear_slopes(&mixed, parameters[6], parameters[7], gradient).input;
    for (text, head) in (0..texts).flat_map(|text| (0..spec.heads as usize).map(move |head| (text, head))) {
        let place = |row: usize| (text * length + row) * width + head * size;
        for row in 0..length {
            let seen = if spec.causal { row + 1 } else { length };
            let own = place(row)..place(row) + size;
            let dot = |left: &[f32], right: &Tensor, other: usize| -> f32 {
                left.iter().zip(&right.data()[place(other)..]).map(|(a, b)| a * b).sum()
            };
            let mut weights: Vec<f32> =
                (0..seen).map(|other| factor * dot(&query.data()[own.clone()], &key, other)).collect();
            softmax(&mut weights);
            let given = &to_mixed.data()[own.clone()];
            let slopes: Vec<f32> = (0..seen).map(|other| dot(given, &value, other)).collect();
            let mean: f32 = slopes.iter().zip(&weights).map(|(slope, weight)| slope * weight).sum();
            for other in 0..seen {
                let slope = factor * weights[other] * (slopes[other] - mean);
                for (i, given) in given.iter().enumerate() {
                    let (own, other_at) = (place(row) + i, place(other) + i);
                    mixed.data_mut()[own] += weights[other] * value.data()[other_at];
                    back[0].data_mut()[own] += slope * key.data()[other_at];
                    back[1].data_mut()[other_at] += slope * query.data()[own];
                    back[2].data_mut()[other_at] += weights[other] * given;
                }
            }
        }
    }
    let mut all = Slopes::alone(input.map(|_| 0.0));
    for (at, back) in back.iter().enumerate() {
        let slopes = linear_slopes(input, parameters[2 * at], parameters[2 * at + 1], back);
        all.input = super::sum(&all.input, &slopes.input);
        all.parameters.extend(slopes.parameters);
    }
    all.parameters.extend(linear_slopes(&mixed, parameters[6], parameters[7], gradient).parameters);
    all
}
