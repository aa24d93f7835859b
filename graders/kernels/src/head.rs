//! One head of attention in f64: what it mixes, its gradients, and how far an f32 evaluation of either may stray.
//!
//! Errors are propagated to first order, in units of the bound. What each operation rounds is the sum of the absolute values
//! that it adds. Errors of different features are roundings of different sums, so that they add up as the root of their
//! squares; those of a row's scores have causes in common (its query, which all of them see), and add up as they are.
//! What a score errs by reaches all features of a head alike, so it is followed through the projection behind it rather
//! than feature by feature. What the projections are, and whose gradients, is left to `attention`.

use std::ops::Range;

use crate::{bound::flushed, sum::Sums};

/// Numbers, and how far each may err.
#[derive(Clone, Debug)]
pub(crate) struct Unsure {
    pub(crate) value: Vec<f64>,
    pub(crate) doubt: Vec<f64>,
}

impl Unsure {
    pub(crate) fn zeros(count: usize) -> Self {
        Self { value: vec![0.0; count], doubt: vec![0.0; count] }
    }
}

/// Sums of what a head gives, projected: their gauge, and the squares of what was in doubt before.
pub(crate) struct Projected {
    pub(crate) sums: Sums,
    pub(crate) squares: Vec<f64>,
}

impl Projected {
    pub(crate) fn zeros(count: usize) -> Self {
        Self { sums: Sums::zeros(count), squares: vec![0.0; count] }
    }

    /// Adds the product of `[length, size]` and `weight` `[size, width]` to the rows that begin at an element. Each factor's
    /// doubt is its own.
    fn add(&mut self, at: usize, factor: &Unsure, weight: &[f64], [size, width]: [usize; 2]) {
        let rows = factor.value.chunks_exact(size).zip(factor.doubt.chunks_exact(size));
        for (row, (value, doubt)) in rows.enumerate() {
            for (w, (value, doubt)) in weight.chunks_exact(width).zip(value.iter().zip(doubt)) {
                for (column, w) in w.iter().enumerate() {
                    let at = at + row * width + column;
                    self.sums.add(at, value * w);
                    self.squares[at] += (doubt * w).powi(2);
                }
            }
        }
    }

    /// Adds what is in doubt for one reason.
    fn sway(&mut self, at: usize, doubts: &[f64]) {
        self.squares[at..].iter_mut().zip(doubts).for_each(|(square, doubt)| *square += doubt * doubt);
    }
}

/// One head over one sequence. Queries, keys and values are `[length, size]`; what is made of pairs is `[length, length]`, a
/// row a query, and 0 where a query does not see a key.
pub(crate) struct Head {
    length: usize,
    size: usize,
    causal: bool,
    scale: f64,
    query: Unsure,
    key: Unsure,
    value: Unsure,
    /// How much of each value a query takes.
    weight: Vec<f64>,
    /// How far a score may err.
    score: Vec<f64>,
    /// What the softmax rounds, relatively: 1 + |s − max|.
    rounding: Vec<f64>,
}

/// The gradients of a head's queries, keys and values. The doubts in `alone` leave out what comes by pairs.
pub(crate) struct Slopes {
    pub(crate) whole: [Unsure; 3],
    alone: [Unsure; 3],
    /// How far the gradient of a score may err.
    score: Vec<f64>,
    /// How far a weight may.
    weight: Vec<f64>,
}

impl Head {
    pub(crate) fn new([query, key, value]: [Unsure; 3], size: usize, causal: bool) -> Self {
        let length = query.value.len() / size;
        let pairs = vec![0.0; length * length];
        let scale = 1.0 / libm::sqrt(size as f64);
        let (weight, score, rounding) = (pairs.clone(), pairs.clone(), pairs);
        let mut head = Self { length, size, causal, scale, query, key, value, weight, score, rounding };
        (0..length).for_each(|row| head.weigh(row));
        head
    }

    /// The keys that a query sees.
    fn seen(&self, row: usize) -> Range<usize> {
        0..if self.causal { row + 1 } else { self.length }
    }

    /// Fills in a row of pairs.
    fn weigh(&mut self, row: usize) {
        let scores: Vec<[f64; 2]> = self
            .seen(row)
            .map(|key| dot(&self.query, row, &self.key, key, self.size).map(|of| of * self.scale))
            .collect();
        let max = scores.iter().fold(f64::NEG_INFINITY, |max, score| max.max(score[0]));
        let sum: f64 = scores.iter().map(|score| libm::exp(score[0] - max)).sum();
        for (at, [score, doubt]) in (row * self.length..).zip(scores) {
            self.weight[at] = libm::exp(score - max) / sum;
            self.score[at] = doubt;
            self.rounding[at] = 1.0 + (score - max).abs();
        }
    }

    /// Mixed values `[length, size]`, Σⱼ pⱼ vⱼ. Their doubts leave out those of the weights.
    fn mixed(&self) -> Unsure {
        mix(self.length, self.size, |row, key| self.weight[row * self.length + key], &self.value)
    }

    /// Mixed values with all of their doubts, also Σⱼ pⱼ (δsⱼ|vⱼ − Σ p v| + (1 + |sⱼ − max|)(|vⱼ| + |Σ p v|)): a score that
    /// is too large takes from all others what it gives to its own.
    pub(crate) fn mixed_whole(&self) -> Unsure {
        let mut mixed = self.mixed();
        let sway = self.sway_of(&self.value.value, &mixed.value, self.size);
        mixed.doubt.iter_mut().zip(sway).for_each(|(doubt, sway)| *doubt += sway);
        mixed
    }

    /// How far weights may move the mixtures, `[length, columns]`, of what the keys give.
    fn sway_of(&self, given: &[f64], mixtures: &[f64], columns: usize) -> Vec<f64> {
        let mut sway = vec![0.0; self.length * columns];
        for (row, key) in self.pairs() {
            let pair = row * self.length + key;
            let [weight, score, rounding] = [self.weight[pair], self.score[pair], self.rounding[pair]];
            let sway = &mut sway[row * columns..][..columns];
            let both = given[key * columns..].iter().zip(&mixtures[row * columns..]);
            for (sway, (given, mixture)) in sway.iter_mut().zip(both) {
                let moved = score * (given - mixture).abs() + rounding * (given.abs() + mixture.abs());
                *sway += weight * moved;
            }
        }
        sway
    }

    /// Adds the mixed values, projected by the head's rows `[size, width]` of the output's weight, to the rows that begin at
    /// an element.
    pub(crate) fn project(&self, weight: &[f64], output: &mut Projected, at: usize) {
        let width = weight.len() / self.size;
        let mixed = self.mixed();
        output.add(at, &mixed, weight, [self.size, width]);
        let given = product(&self.value.value, weight, [self.size, width]);
        let mixtures = product(&mixed.value, weight, [self.size, width]);
        output.sway(at, &self.sway_of(&given, &mixtures, width));
    }

    /// The gradients, given those of the mixed values, `[length, size]`.
    pub(crate) fn backward(&self, gradient: &Unsure, terms: usize) -> Slopes {
        let (mut slope, mut score) = (vec![0.0; self.weight.len()], vec![0.0; self.weight.len()]);
        let mut weight = vec![0.0; self.weight.len()];
        for row in 0..self.length {
            let given: Vec<[f64; 2]> =
                self.seen(row).map(|key| dot(gradient, row, &self.value, key, self.size)).collect();
            let of = RowSlopes::new(self, row, &given);
            for (at, &given) in (row * self.length..).zip(&given) {
                let magnitude = flushed(terms, given[0].abs() + of.magnitude);
                slope[at] = self.scale * self.weight[at] * (given[0] - of.mean);
                score[at] = self.scale * (of.doubt(self, at, given) + magnitude);
                weight[at] = self.weight[at] * (self.score[at] + of.score + self.rounding[at]);
            }
        }
        let by_row = |row: usize, key: usize| slope[row * self.length + key];
        let alone = [
            mix(self.length, self.size, by_row, &self.key),
            mix(self.length, self.size, |key, row| by_row(row, key), &self.query),
            mix(self.length, self.size, |key, row| self.weight[row * self.length + key], gradient),
        ];
        let mut whole = alone.clone();
        for (row, key) in self.pairs() {
            let pair = row * self.length + key;
            for feature in 0..self.size {
                let [row, key] = [row, key].map(|place| place * self.size + feature);
                whole[0].doubt[row] += score[pair] * self.key.value[key].abs();
                whole[1].doubt[key] += score[pair] * self.query.value[row].abs();
                whole[2].doubt[key] += weight[pair] * gradient.value[row].abs();
            }
        }
        Slopes { whole, alone, score, weight }
    }

    /// Adds the gradients, projected back by the head's columns of the three weights, each transposed to `[size, width]`, to
    /// the rows that begin at an element.
    pub(crate) fn project_back(
        &self,
        gradient: &Unsure,
        slopes: &Slopes,
        weights: &[Vec<f64>; 3],
        input: &mut Projected,
        at: usize,
    ) {
        let width = weights[0].len() / self.size;
        for (slope, weight) in slopes.alone.iter().zip(weights) {
            input.add(at, slope, weight, [self.size, width]);
        }
        let project = |what: &Unsure, weight: &[f64]| product(&what.value, weight, [self.size, width]);
        let keys = project(&self.key, &weights[0]);
        let queries = project(&self.query, &weights[1]);
        let gradients = project(gradient, &weights[2]);
        let mut sway = vec![0.0; self.length * width];
        for (row, key) in self.pairs() {
            let pair = row * self.length + key;
            for column in 0..width {
                let [row, key] = [row, key].map(|place| place * width + column);
                sway[row] += slopes.score[pair] * keys[key].abs();
                sway[key] += slopes.score[pair] * queries[row].abs();
                sway[key] += slopes.weight[pair] * gradients[row].abs();
            }
        }
        input.sway(at, &sway);
    }

    /// Every query with every key that it sees.
    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.length).flat_map(|row| self.seen(row).map(move |key| (row, key)))
    }
}

/// What the gradient of a softmax takes of a whole row: means over its weights.
struct RowSlopes {
    /// Of the gradients dp of the weights.
    mean: f64,
    /// Of |dp|.
    magnitude: f64,
    /// Of what scores may err by.
    score: f64,
    /// Of what each term of the first mean may err by: dp itself, and its weight.
    doubt: f64,
}

impl RowSlopes {
    /// Of a row, given dp and its doubts.
    fn new(head: &Head, row: usize, given: &[[f64; 2]]) -> Self {
        let pairs = row * head.length..;
        let mean_of = |of: &dyn Fn(usize, [f64; 2]) -> f64| -> f64 {
            pairs.clone().zip(given).map(|(at, &given)| head.weight[at] * of(at, given)).sum()
        };
        let mean = mean_of(&|_, [dp, _]| dp);
        let score = mean_of(&|at, _| head.score[at]);
        let doubt = mean_of(&|at, [dp, doubt]| {
            doubt + (head.score[at] + score) * (dp - mean).abs() + head.rounding[at] * dp.abs()
        });
        Self { mean, magnitude: mean_of(&|_, [dp, _]| dp.abs()), score, doubt }
    }

    /// How far `p (dp − Σ p dp)` may err.
    fn doubt(&self, head: &Head, at: usize, [dp, doubt]: [f64; 2]) -> f64 {
        let moved = (head.score[at] + self.score) * (dp - self.mean).abs();
        head.weight[at] * (moved + doubt + self.doubt + head.rounding[at] * (dp.abs() + self.magnitude))
    }
}

/// The product of two rows, and how far it may err: what it rounds, Σ|a b|, and what its factors err by, each a rounding of
/// its own.
fn dot(left: &Unsure, row: usize, right: &Unsure, column: usize, size: usize) -> [f64; 2] {
    let (mut value, mut gauge, mut squares) = (0.0, 0.0, 0.0);
    for feature in 0..size {
        let (l, r) = (row * size + feature, column * size + feature);
        let term = left.value[l] * right.value[r];
        value += term;
        gauge += term.abs();
        squares += (left.doubt[l] * right.value[r]).powi(2) + (left.value[l] * right.doubt[r]).powi(2);
    }
    [value, gauge + libm::sqrt(squares)]
}

/// Σ over all places of `weight(to, from)` times the row of `from`, `[length, size]`; in doubt are what is rounded and what the
/// rows err by.
fn mix(length: usize, size: usize, weight: impl Fn(usize, usize) -> f64, rows: &Unsure) -> Unsure {
    let mut mixed = Unsure::zeros(length * size);
    for (to, feature) in (0..length).flat_map(|to| (0..size).map(move |feature| (to, feature))) {
        let (mut value, mut gauge, mut squares) = (0.0, 0.0, 0.0);
        for from in 0..length {
            let (weight, at) = (weight(to, from), from * size + feature);
            value += weight * rows.value[at];
            gauge += (weight * rows.value[at]).abs();
            squares += (weight * rows.doubt[at]).powi(2);
        }
        mixed.value[to * size + feature] = value;
        mixed.doubt[to * size + feature] = gauge + libm::sqrt(squares);
    }
    mixed
}

/// The product of `[length, size]` and `[size, width]`.
fn product(rows: &[f64], weight: &[f64], [size, width]: [usize; 2]) -> Vec<f64> {
    let mut output = vec![0.0; rows.len() / size * width];
    for (row, output) in rows.chunks_exact(size).zip(output.chunks_exact_mut(width)) {
        for (x, weight) in row.iter().zip(weight.chunks_exact(width)) {
            output.iter_mut().zip(weight).for_each(|(sum, w)| *sum += x * w);
        }
    }
    output
}
