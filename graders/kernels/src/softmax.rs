//! Softmax over the last axis: `e^(xᵢ − max) / Σ e^(xⱼ − max)`.

use std::array;

use pulp::{Arch, NullaryFnOnce};
use tito_tensor::Tensor;

use crate::{
    Judged, ShapeError, Wide, bound::flushed, elementwise::each_chunk, exp::exp_nonpositive,
    shape_error::alike,
};

/// Elements a task, about 30 µs of work.
const CHUNK: usize = 1 << 14;
/// Independent partial sums, so that reductions vectorise.
const LANES: usize = 16;

/// The softmax p over the last axis in f64, in the shape of its input. A row that is all −∞ gives zeros, as
/// `TinyTorch`'s does; a scalar is a row of one.
///
/// The gauge is p·(1 + |x − max|): what an argument that is off by a relative u does to the exponential, and the
/// rounding of the result. The terms are the classes.
pub fn oracle(input: &Wide) -> Judged {
    let mut value = Vec::with_capacity(input.data().len());
    let mut gauge = Vec::with_capacity(input.data().len());
    for row in input.rows() {
        let max = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let masked = row.iter().all(|&x| x == f64::NEG_INFINITY);
        let weights = row.iter().map(|x| if masked { 0.0 } else { libm::exp(x - max) });
        let sum: f64 = weights.clone().sum();
        for (x, weight) in row.iter().zip(weights) {
            let p = if masked { 0.0 } else { weight / sum };
            value.push(p);
            // A class that is masked by −∞ has no error, rather than zero times infinity.
            gauge.push(if p == 0.0 { 0.0 } else { p * (1.0 + (x - max).abs()) });
        }
    }
    let terms = input.shape().last().unwrap_or(1).max(1);
    let value =
        Wide::new(input.shape().clone(), value).expect("one element was pushed for every one of the input");
    Judged { value, gauge, terms }
}

/// The softmax over the last axis in f32, of the same shapes and rows as the [`oracle`]'s.
pub fn native(input: &Tensor) -> Tensor {
    let mut output = input.clone();
    let classes = input.shape().last().unwrap_or(1).max(1);
    let arch = Arch::new();
    each_chunk(output.data_mut(), (CHUNK / classes).max(1) * classes, |_, rows| {
        arch.dispatch(Rows { rows, classes });
    });
    output
}

/// The gradient with respect to the input in f64: `pᵢ · (dyᵢ − Σ pⱼ dyⱼ)` over the last axis.
///
/// The gauge takes every p for what the [`oracle`]'s gauge allows:
/// `pᵢ · ((1 + |xᵢ − max|)(|dyᵢ| + Σ pⱼ|dyⱼ|) + Σ pⱼ(1 + |xⱼ − max|)|dyⱼ|)`. A subnormal p may be zero.
///
/// # Errors
///
/// If the gradient has another shape than the input.
pub fn oracle_backward(input: &Wide, gradient: &Wide) -> Result<Judged, ShapeError> {
    alike("softmax backward", input.shape(), gradient.shape())?;
    let forward = oracle(input);
    let classes = forward.terms;
    let (mut value, mut gauge) = (Vec::new(), Vec::new());
    let rows = forward.value.rows().zip(forward.gauge.chunks_exact(classes)).zip(gradient.rows());
    for ((p, g), dy) in rows {
        let mean: f64 = p.iter().zip(dy).map(|(p, dy)| p * dy).sum();
        let magnitude: f64 = p.iter().zip(dy).map(|(p, dy)| p * dy.abs()).sum();
        let doubt: f64 = g.iter().zip(dy).map(|(g, dy)| g * dy.abs()).sum();
        value.extend(p.iter().zip(dy).map(|(p, dy)| p * (dy - mean)));
        gauge.extend(p.iter().zip(g).zip(dy).map(|((p, g), dy)| {
            g * (dy.abs() + magnitude) + p * doubt + flushed(classes, dy.abs() + magnitude)
        }));
    }
    let value = Wide::new(input.shape().clone(), value).expect("every row has given its elements");
    Ok(Judged { value, gauge, terms: classes })
}

/// The gradient with respect to the input in f32, as [`oracle_backward`] has it.
///
/// # Errors
///
/// If the gradient has another shape than the input.
pub fn native_backward(input: &Tensor, gradient: &Tensor) -> Result<Tensor, ShapeError> {
    alike("softmax backward", input.shape(), gradient.shape())?;
    let mut output = native(input);
    let classes = input.shape().last().unwrap_or(1).max(1);
    let arch = Arch::new();
    each_chunk(output.data_mut(), (CHUNK / classes).max(1) * classes, |at, rows| {
        let gradient = &gradient.data()[at..at + rows.len()];
        arch.dispatch(BackwardRows { rows, gradient, classes });
    });
    Ok(output)
}

/// Rows of probabilities to turn into the gradient of their logits.
struct BackwardRows<'a> {
    rows: &'a mut [f32],
    gradient: &'a [f32],
    classes: usize,
}

impl NullaryFnOnce for BackwardRows<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let rows = self.rows.chunks_exact_mut(self.classes);
        for (p, dy) in rows.zip(self.gradient.chunks_exact(self.classes)) {
            let mean: f32 = p.iter().zip(dy).map(|(p, dy)| p * dy).sum();
            p.iter_mut().zip(dy).for_each(|(p, dy)| *p *= dy - mean);
        }
    }
}

/// Rows of logits to turn into probabilities. A closure would do, but for being too large to be inlined where the
/// compiler may use wide vectors.
struct Rows<'a> {
    rows: &'a mut [f32],
    classes: usize,
}

impl NullaryFnOnce for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for row in self.rows.chunks_exact_mut(self.classes) {
            softmax(row);
        }
    }
}

/// Turns a row of logits into probabilities.
#[inline(always)]
pub(crate) fn softmax(row: &mut [f32]) {
    let max = reduce(row, f32::NEG_INFINITY, |a, b| if b > a { b } else { a });
    // Only an all-masked row or one of NaN has no maximum; NaN then stays NaN and −∞ becomes 0.
    let max = if max == f32::NEG_INFINITY { 0.0 } else { max };
    row.iter_mut().for_each(|x| *x = exp_nonpositive(*x - max));
    let sum = reduce(row, 0.0, |a, b| a + b);
    let scale = if sum == 0.0 { 0.0 } else { 1.0 / sum };
    row.iter_mut().for_each(|x| *x *= scale);
}

/// Folds a row: a long one lane by lane and then across the lanes.
#[inline(always)]
fn reduce(row: &[f32], start: f32, join: impl Fn(f32, f32) -> f32) -> f32 {
    let (blocks, rest) = row.as_chunks::<LANES>();
    let tail = rest.iter().fold(start, |a, &b| join(a, b));
    if blocks.is_empty() {
        return tail;
    }
    let mut lanes = [start; LANES];
    for block in blocks {
        lanes = array::from_fn(|lane| join(lanes[lane], block[lane]));
    }
    lanes.iter().fold(tail, |a, &b| join(a, b))
}
