//! Multi-head self-attention (Vaswani et al., *Attention Is All You Need*, 2017, §3.2): every place of a sequence takes a
//! mixture of the values of all places, or of those up to its own.
//!
//! Queries, keys, values and the output are projections as in [`dense`]: `y = x W + b`. A head has a run of features next to
//! each other; its scores `q · k / √size` become weights by a softmax over the keys.

use std::ops::Range;

use ndarray::{ArrayView2, ArrayViewMut2, ArrayViewMut3, ArrayViewMut4, Axis, s};
use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;
use tito_tensor::{Shape, Tensor};

use crate::{
    Gradients, Judged, ShapeError, Wide, dense, gemm,
    gemm::{matrix, matrix_mut},
    head::{Head, Projected, Unsure},
    scratch::Scratch,
    sequences::Sequences,
    shape_error::alike,
    softmax::softmax,
    sum::{Sums, sum_of},
};

/// W and b of the query, key, value and output projections.
const PARAMETERS: usize = 8;

/// Queries whose scores are computed at a time. Keys behind the last of them are skipped where they are not seen.
const QUERIES: usize = 64;

/// How a sequence attends to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attention {
    /// Among how many heads the features are shared out.
    pub heads: u32,
    /// Whether a place sees none of those behind it.
    pub causal: bool,
}

/// Attention in f64.
///
/// # Shapes
///
/// - `input`: `[n, t, width]`, as the result
/// - `parameters`: W `[width, width]` and b `[width]` of the query, key, value and output projections
///
/// The gauge follows the rounding errors of every step to the output, to first order and in units of the same tolerance:
///
/// 1. a query errs by δq = Σ|x||w| + |b|, the gauge of [`dense`], a key and a value likewise;
/// 2. a score `s = Σ q k / √d` errs by δs = (Σ|q k| + √Σ((δq k)² + (q δk)²)) / √d: what is rounded here, and what its factors
///    bring, which are roundings of different sums, whose signs know nothing of each other;
/// 3. a weight p errs relatively by δs less the mean of its row's δs, and by what the softmax rounds in numerator and
///    denominator, 1 + |s − max|. So a mixture `o = Σ p v` errs by Σ p (δs|v − o| + (1 + |s − max|)(|v| + |o|)) through its weights,
///    added up as they are, because one query moves all of its scores; and by Σ|p v| + √Σ(p δv)² through its values;
/// 4. the output `y = Σ o w + b` rounds Σ|o w| + |b|. What comes through values differs from feature to feature and adds up as
///    the root of squares. What comes through weights moves all features of a head at once: it is the third step's
///    formula with the projected values Σ v w in place of v, so that what cancels in the projection is in no doubt. Heads, of
///    which each has scores of its own, add up as the root of squares again.
///
/// The gauge is what the fourth step rounds and the root of all squares that reach it; the terms are the width and the bias,
/// or the places where those are more. Scores added up in another order, scaled before or after, shifted or not, masked by −∞
/// or by skipping are within it; half precision is not (`tests/attention_variants.rs`).
///
/// # Errors
///
/// If the shapes do not meet.
pub fn oracle(input: &Wide, parameters: &[Wide], attention: Attention) -> Result<Judged, ShapeError> {
    let layer = Layer::new(input.shape(), parameters.iter().map(Wide::shape), attention)?;
    let heads = layer.heads(input, parameters)?;
    let mut output = Projected::zeros(input.data().len());
    for (at, head) in heads.iter().enumerate() {
        let rows = at % layer.heads * layer.size * layer.sequences.width..;
        let weight = &parameters[6].data()[rows][..layer.size * layer.sequences.width];
        head.project(weight, &mut output, at / layer.heads * layer.sequences.each());
    }
    for at in 0..input.data().len() {
        output.sums.add(at, parameters[7].data()[at % layer.sequences.width]);
    }
    Ok(layer.judged(output, input.shape(), layer.sequences.width + 1))
}

/// The gradients in f64, given the one with respect to the output.
///
/// The gauges go on where the [`oracle`]'s ended. With the gradient `g = dy Wᵀ` of the mixtures, which errs by |dy||W|ᵀ:
///
/// 1. `dp = Σ g v` errs as a score does, by δdp;
/// 2. `ds = p (dp − Σ p dp) / √d` errs through p, relatively by δs and its mean, times |dp − Σ p dp|; by δdp and its mean; and
///    as a softmax's gradient by (1 + |s − max|)(|dp| + Σ p|dp|);
/// 3. `dq = Σ ds k`, `dk = Σ ds q` and `dv = Σ p g` round the sums of the absolute values. What comes through k, q and g adds
///    up as the root of squares; what comes through ds and p is added up as it is, and followed through the projections to
///    the input's gradient as in the forward pass;
/// 4. gradients of the weights, `xᵀ dq` and so on, round |x|ᵀ|dq|, and what their factors err by is added up over all rows.
///
/// The terms are three times the width for the input, or the places where there are more, and for the parameters the rows, or
/// the width and the bias. The gradient of the key's bias is zero but for roundings, because a score that is added to a
/// whole row changes no weight.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn oracle_backward(
    input: &Wide,
    parameters: &[Wide],
    attention: Attention,
    gradient: &Wide,
) -> Result<Gradients<Judged>, ShapeError> {
    let layer = Layer::new(input.shape(), parameters.iter().map(Wide::shape), attention)?;
    alike("attention backward", gradient.shape(), input.shape())?;
    let heads = layer.heads(input, parameters)?;
    // Of what the output projection is given its input's gradient needs the shape alone.
    let to_mixed = dense::oracle_backward(input, &parameters[6], None, gradient)?.input;
    let (count, width) = (input.data().len(), layer.sequences.width);
    let (mut to_input, mut mixed) = (Projected::zeros(count), Unsure::zeros(count));
    let mut projections = [Unsure::zeros(count), Unsure::zeros(count), Unsure::zeros(count)];
    for (at, head) in heads.iter().enumerate() {
        let (image, index) = (at / layer.heads, at % layer.heads);
        let given = layer.cut(&to_mixed, image, index);
        let slopes = head.backward(&given, layer.terms(width + 1));
        let weights = [0, 2, 4].map(|weight| layer.columns(&parameters[weight], index));
        head.project_back(&given, &slopes, &weights, &mut to_input, image * layer.sequences.each());
        layer.paste(&head.mixed_whole(), image, index, &mut mixed);
        for (slope, whole) in slopes.whole.iter().zip(&mut projections) {
            layer.paste(slope, image, index, whole);
        }
    }
    let sure = |wide: &Wide| Unsure { value: wide.data().to_vec(), doubt: vec![0.0; count] };
    let (x, dy) = (sure(input), sure(gradient));
    let pairs = projections.iter().map(|projection| (&x, projection)).chain([(&mixed, &dy)]);
    Ok(Gradients {
        input: layer.judged(to_input, input.shape(), 3 * width),
        parameters: pairs.flat_map(|(rows, slopes)| layer.to_parameters(rows, slopes)).collect(),
    })
}

/// What the forward pass has found and the backward pass needs again.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Queries, keys and values `[n, t, width]`.
    projections: [Tensor; 3],
    /// The mixed values of all heads, of the same shape.
    mixed: Tensor,
}

/// Attention in f32, of the same shapes as the [`oracle`]'s; bit for bit the same for any number of threads, and at every
/// place the same whatever finite numbers come behind it, where it is causal.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native(input: &Tensor, parameters: &[Tensor], attention: Attention) -> Result<Tensor, ShapeError> {
    native_keeping(input, parameters, attention).map(|(output, _)| output)
}

/// The same, with what [`native_backward_by`] needs.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native_keeping(
    input: &Tensor,
    parameters: &[Tensor],
    attention: Attention,
) -> Result<(Tensor, Kept), ShapeError> {
    let layer = Layer::new(input.shape(), parameters.iter().map(Tensor::shape), attention)?;
    let project = |at: usize| dense::native(input, &parameters[at], Some(&parameters[at + 1]));
    let projections = [project(0)?, project(2)?, project(4)?];
    let mut mixed = Tensor::zeros(input.shape().clone());
    layer.each_head(&mut mixed, |image, head, mut mixed| {
        let [query, key, value] = projections.each_ref().map(|of| layer.view(of, image, head));
        layer.each_block(&query, &key, |rows, keys, weights| {
            let value = value.slice(s![..keys, ..]);
            let mut mixed = mixed.slice_mut(s![rows, ..]);
            gemm::accumulate(&weights.view(), &value, &mut mixed);
        });
    });
    let output = dense::native(&mixed, &parameters[6], Some(&parameters[7]))?;
    Ok((output, Kept { projections, mixed }))
}

/// The gradients in f32, as [`oracle_backward`] has them; bit for bit the same for any number of threads.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native_backward(
    input: &Tensor,
    parameters: &[Tensor],
    attention: Attention,
    gradient: &Tensor,
) -> Result<Gradients<Tensor>, ShapeError> {
    let (_, kept) = native_keeping(input, parameters, attention)?;
    native_backward_by(input, parameters, attention, &kept, gradient)
}

/// The same, for whoever has what [`native_keeping`] kept.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native_backward_by(
    input: &Tensor,
    parameters: &[Tensor],
    attention: Attention,
    kept: &Kept,
    gradient: &Tensor,
) -> Result<Gradients<Tensor>, ShapeError> {
    let layer = Layer::new(input.shape(), parameters.iter().map(Tensor::shape), attention)?;
    for of in [gradient, &kept.mixed] {
        alike("attention backward", of.shape(), input.shape())?;
    }
    let output = dense::native_backward(&kept.mixed, &parameters[6], Some(&parameters[7]), gradient)?;
    let slopes = layer.native_slopes(kept, &output.input);
    let mut to_input = Tensor::zeros(input.shape().clone());
    let mut to_parameters = Vec::with_capacity(PARAMETERS);
    for (slope, of) in slopes.iter().zip(parameters.chunks_exact(2)) {
        let given = dense::native_backward(input, &of[0], Some(&of[1]), slope)?;
        to_input.data_mut().iter_mut().zip(given.input.data()).for_each(|(sum, dx)| *sum += dx);
        to_parameters.extend(given.parameters);
    }
    to_parameters.extend(output.parameters);
    Ok(Gradients { input: to_input, parameters: to_parameters })
}

/// Scores to turn into weights.
struct Scores<'a> {
    scores: &'a mut [f32],
    keys: usize,
    /// The first query's place, where no query sees what is behind its own.
    first: Option<usize>,
    scale: f32,
}

impl NullaryFnOnce for Scores<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (row, scores) in self.scores.chunks_exact_mut(self.keys).enumerate() {
            scores.iter_mut().for_each(|score| *score *= self.scale);
            if let Some(first) = self.first {
                scores[first + row + 1..].fill(f32::NEG_INFINITY);
            }
            softmax(scores);
        }
    }
}

/// Gradients of weights to turn into those of scores.
struct ScoreSlopes<'a> {
    slopes: &'a mut [f32],
    weights: &'a [f32],
    keys: usize,
    scale: f32,
}

impl NullaryFnOnce for ScoreSlopes<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let rows = self.slopes.chunks_exact_mut(self.keys).zip(self.weights.chunks_exact(self.keys));
        for (slopes, weights) in rows {
            let mean = sum_of(slopes, weights, |slope, weight| slope * weight);
            for (slope, weight) in slopes.iter_mut().zip(weights) {
                *slope = weight * (*slope - mean) * self.scale;
            }
        }
    }
}

/// Attention whose shapes meet.
struct Layer {
    sequences: Sequences,
    heads: usize,
    /// The features of a head.
    size: usize,
    causal: bool,
}

impl Layer {
    fn new<'a>(
        input: &Shape,
        parameters: impl ExactSizeIterator<Item = &'a Shape>,
        Attention { heads, causal }: Attention,
    ) -> Result<Self, ShapeError> {
        let sequences = Sequences::new("attention", input)?;
        let width = sequences.width;
        if heads == 0 || !width.is_multiple_of(heads as usize) {
            return Err(ShapeError::Heads { input: input.clone(), heads });
        }
        let found = parameters.len();
        if found != PARAMETERS {
            return Err(ShapeError::Parameters { operation: "attention", wanted: PARAMETERS, found });
        }
        let wanted = [Shape::from([width as u32; 2]), Shape::from([width as u32])];
        for (found, wanted) in parameters.zip(wanted.iter().cycle()) {
            alike("attention", found, wanted)?;
        }
        let heads = heads as usize;
        Ok(Self { sequences, heads, size: width / heads, causal })
    }

    /// The terms of what is summed over so many, and before or after over the places that a query sees.
    fn terms(&self, summed: usize) -> usize {
        summed.max(self.sequences.length)
    }

    fn judged(&self, of: Projected, shape: &Shape, terms: usize) -> Judged {
        let mut judged = of.sums.judged(shape.clone(), self.terms(terms));
        judged.gauge.iter_mut().zip(of.squares).for_each(|(gauge, square)| *gauge += libm::sqrt(square));
        judged
    }

    /// Every head of every sequence, in f64.
    fn heads(&self, input: &Wide, parameters: &[Wide]) -> Result<Vec<Head>, ShapeError> {
        let project = |at: usize| dense::oracle(input, &parameters[at], Some(&parameters[at + 1]));
        let projections = [project(0)?, project(2)?, project(4)?];
        let count = if self.size == 0 { 0 } else { self.sequences.count * self.heads };
        let head = |at: usize| {
            let cut = |of: &Judged| self.cut(of, at / self.heads, at % self.heads);
            Head::new(projections.each_ref().map(cut), self.size, self.causal)
        };
        Ok((0..count).map(head).collect())
    }

    /// Where a row of a head is.
    fn places(&self, image: usize, head: usize) -> impl Iterator<Item = Range<usize>> {
        let Sequences { length, width, .. } = self.sequences;
        let (first, size) = (image * length * width + head * self.size, self.size);
        (0..length).map(move |row| first + row * width).map(move |at| at..at + size)
    }

    /// What one head has of projected numbers, with their gauge for doubt.
    fn cut(&self, of: &Judged, image: usize, head: usize) -> Unsure {
        let cut = |of: &[f64]| self.places(image, head).flat_map(|at| of[at].to_vec()).collect();
        Unsure { value: cut(of.value.data()), doubt: cut(&of.gauge) }
    }

    fn paste(&self, part: &Unsure, image: usize, head: usize, whole: &mut Unsure) {
        for (row, at) in self.places(image, head).enumerate() {
            let of_row = row * self.size..(row + 1) * self.size;
            whole.value[at.clone()].copy_from_slice(&part.value[of_row.clone()]);
            whole.doubt[at].copy_from_slice(&part.doubt[of_row]);
        }
    }

    /// The columns of a weight that make a head, transposed to `[size, width]`.
    fn columns(&self, weight: &Wide, head: usize) -> Vec<f64> {
        let width = self.sequences.width;
        let column = |column: usize| (0..width).map(move |row| weight.data()[row * width + column]);
        (head * self.size..(head + 1) * self.size).flat_map(column).collect()
    }

    /// The gradients of W and b of a projection, of its rows and its output's gradients.
    fn to_parameters(&self, rows: &Unsure, slopes: &Unsure) -> [Judged; 2] {
        let width = self.sequences.width;
        let (mut to_weight, mut to_bias) = (Sums::zeros(width * width), Sums::zeros(width));
        let count = self.sequences.count * self.sequences.length;
        for (row, output) in (0..count).flat_map(|row| (0..width).map(move |output| (row, output))) {
            let (dy, doubt) = (slopes.value[row * width + output], slopes.doubt[row * width + output]);
            to_bias.add_gauged(output, dy, dy.abs() + doubt);
            for input in 0..width {
                let (x, of_x) = (rows.value[row * width + input], rows.doubt[row * width + input]);
                let gauge = x.abs() * (dy.abs() + doubt) + of_x * dy.abs();
                to_weight.add_gauged(input * width + output, x * dy, gauge);
            }
        }
        let terms = count.max(width + 1);
        let width = width as u32;
        [to_weight.judged(Shape::from([width; 2]), terms), to_bias.judged(Shape::from([width]), terms)]
    }

    /// What one head has of projected numbers, `[length, size]`.
    fn view<'a>(&self, of: &'a Tensor, image: usize, head: usize) -> ArrayView2<'a, f32> {
        let Sequences { length, width, .. } = self.sequences;
        let image = &of.data()[image * self.sequences.each()..][..self.sequences.each()];
        let columns = head * self.size..(head + 1) * self.size;
        matrix(image, length, width).slice_move(s![.., columns])
    }

    /// The numbers of all heads, `[n, heads, length, size]`.
    fn views<'a>(&self, of: &'a mut Tensor) -> ArrayViewMut4<'a, f32> {
        let extents = (self.sequences.count, self.sequences.length, self.heads, self.size);
        ArrayViewMut4::from_shape(extents, of.data_mut())
            .expect("the heads share out the width")
            .permuted_axes([0, 2, 1, 3])
    }

    /// Gives `work` the numbers of each head of each sequence, on rayon's threads.
    fn each_head(&self, of: &mut Tensor, work: impl Fn(usize, usize, ArrayViewMut2<'_, f32>) + Sync) {
        let heads = |(image, mut of): (usize, ArrayViewMut3<'_, f32>)| {
            of.axis_iter_mut(Axis(0))
                .into_par_iter()
                .enumerate()
                .for_each(|(head, of)| work(image, head, of));
        };
        self.views(of).axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(heads);
    }

    /// Gives `work` the weights of some queries at a time: which, how many keys they see, and the weights.
    fn each_block(
        &self,
        query: &ArrayView2<'_, f32>,
        key: &ArrayView2<'_, f32>,
        mut work: impl FnMut(Range<usize>, usize, ArrayViewMut2<'_, f32>),
    ) {
        if self.size == 0 {
            return;
        }
        let length = self.sequences.length;
        let scale = self.scale();
        for first in (0..length).step_by(QUERIES) {
            let rows = first..(first + QUERIES).min(length);
            let keys = if self.causal { rows.end } else { length };
            let mut scores = Scratch::zeros(rows.len() * keys);
            let key = key.slice(s![..keys, ..]);
            let query = query.slice(s![rows.clone(), ..]);
            gemm::accumulate(&query, &key.t(), &mut matrix_mut(&mut scores, rows.len(), keys));
            let first = self.causal.then_some(first);
            Arch::new().dispatch(Scores { scores: &mut scores, keys, first, scale });
            let count = rows.len();
            work(rows, keys, matrix_mut(&mut scores, count, keys));
        }
    }

    fn scale(&self) -> f32 {
        1.0 / (self.size as f32).sqrt()
    }

    /// The gradients of queries, keys and values, given that of the mixed values.
    fn native_slopes(&self, kept: &Kept, gradient: &Tensor) -> [Tensor; 3] {
        let mut slopes = [(); 3].map(|()| Tensor::zeros(gradient.shape().clone()));
        let [mut to_query, mut to_key, mut to_value] = slopes.each_mut().map(|of| self.views(of));
        to_query
            .axis_iter_mut(Axis(0))
            .into_par_iter()
            .zip(to_key.axis_iter_mut(Axis(0)))
            .zip(to_value.axis_iter_mut(Axis(0)))
            .enumerate()
            .for_each(|(image, ((mut to_query, mut to_key), mut to_value))| {
                to_query
                    .axis_iter_mut(Axis(0))
                    .into_par_iter()
                    .zip(to_key.axis_iter_mut(Axis(0)))
                    .zip(to_value.axis_iter_mut(Axis(0)))
                    .enumerate()
                    .for_each(|(head, ((to_query, to_key), to_value))| {
                        let of = kept.projections.each_ref().map(|of| self.view(of, image, head));
                        let gradient = self.view(gradient, image, head);
                        self.head_slopes(&of, &gradient, [to_query, to_key, to_value]);
                    });
            });
        slopes
    }

    /// Those of one head.
    fn head_slopes(
        &self,
        [query, key, value]: &[ArrayView2<'_, f32>; 3],
        gradient: &ArrayView2<'_, f32>,
        [mut to_query, mut to_key, mut to_value]: [ArrayViewMut2<'_, f32>; 3],
    ) {
        self.each_block(query, key, |rows, keys, weights| {
            let [query, gradient] = [query, gradient].map(|of| of.slice(s![rows.clone(), ..]));
            let [key, value] = [key, value].map(|of| of.slice(s![..keys, ..]));
            let [mut to_key, mut to_value] =
                [&mut to_key, &mut to_value].map(|of| of.slice_mut(s![..keys, ..]));
            gemm::accumulate(&weights.t(), &gradient, &mut to_value);
            let mut slopes = Scratch::zeros(weights.len());
            gemm::accumulate(&gradient, &value.t(), &mut matrix_mut(&mut slopes, rows.len(), keys));
            let weights = weights.as_slice().expect("they are a block of their own");
            Arch::new().dispatch(ScoreSlopes { slopes: &mut slopes, weights, keys, scale: self.scale() });
            let slopes = matrix(&slopes, rows.len(), keys);
            gemm::accumulate(&slopes, &key, &mut to_query.slice_mut(s![rows, ..]));
            gemm::accumulate(&slopes.t(), &query, &mut to_key);
        });
    }
}
