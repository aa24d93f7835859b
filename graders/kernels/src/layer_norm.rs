//! Layer normalisation: `y = γ · (x − μ) / √(σ² + ε) + β` over the last axis, row by row (Ba, Kiros and Hinton, *Layer
//! Normalization*, 2016, §3.1). μ and σ² are the mean and the biased variance of the row.

use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;
use tito_tensor::{Shape, Tensor};

pub use crate::affine::Affine;
use crate::{
    Gradients, Judged, ShapeError, Wide,
    affine::{Means, Spread},
    elementwise::each_chunk,
    shape_error::alike,
    sum::{Sums, sum, sum_of},
};

/// Elements a task. A constant, so that the sums over rows are cut alike for any number of threads.
const CHUNK: usize = 1 << 14;

/// The rows normalised, in f64.
///
/// # Shapes
///
/// - `input`: `[.., features]`, of rank at least 1, as the result
///
/// The gauge is |γ|(1 + |x̂|)(1 + |μ|/σ) + |β|: rounding the mean moves every difference, which counts the more the smaller
/// the deviation is beside the mean. A one-pass variance, which cancels, is not within it. The terms are the features.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn oracle(input: &Wide, affine: Affine<'_, Wide>) -> Result<Judged, ShapeError> {
    let norm = Norm::new(input.shape(), affine.gamma.shape(), affine.beta.shape())?;
    let mut sums = Sums::zeros(input.data().len());
    for (row, x) in input.rows().enumerate() {
        let spread = spread(x, affine.epsilon);
        for (feature, &x) in x.iter().enumerate() {
            let [y, gauge] = spread.output(x, affine.gamma.data()[feature], affine.beta.data()[feature]);
            sums.add_gauged(row * norm.features + feature, y, gauge);
        }
    }
    Ok(sums.judged(input.shape().clone(), norm.features.max(1)))
}

/// The gradients in f64, given the one with respect to the output; those of the parameters are γ's and β's.
///
/// The gauges are the sums of the absolute values of the terms, times 1 + |μ|/σ where x̂ enters: Σ|dy| for β,
/// Σ|dy|(1 + |x̂|)(1 + |μ|/σ) for γ, and (|g| + mean|g| + (1 + |x̂|) mean(|g|(1 + |x̂|)))(1 + |μ|/σ)/σ with g = γ · dy for x.
/// The terms are the features for the input, the rows for β, and both for γ.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn oracle_backward(
    input: &Wide,
    affine: Affine<'_, Wide>,
    gradient: &Wide,
) -> Result<Gradients<Judged>, ShapeError> {
    let norm = Norm::new(input.shape(), affine.gamma.shape(), affine.beta.shape())?;
    alike("layer-norm backward", gradient.shape(), input.shape())?;
    let (mut to_gamma, mut to_beta) = (Sums::zeros(norm.features), Sums::zeros(norm.features));
    let mut to_input = Sums::zeros(input.data().len());
    for (row, (x, dy)) in input.rows().zip(gradient.rows()).enumerate() {
        let spread = spread(x, affine.epsilon);
        for (feature, (&x, &dy)) in x.iter().zip(dy).enumerate() {
            let [term, gauge] = spread.to_gamma(x, dy);
            to_gamma.add_gauged(feature, term, gauge);
            to_beta.add(feature, dy);
        }
        let scaled: Vec<f64> = dy.iter().zip(affine.gamma.data()).map(|(dy, gamma)| dy * gamma).collect();
        let means = means(spread, x, &scaled);
        for (feature, (&x, &dy)) in x.iter().zip(&scaled).enumerate() {
            let [dx, gauge] = spread.to_input(1.0 / spread.deviation, x, dy, means);
            to_input.add_gauged(row * norm.features + feature, dx, gauge);
        }
    }
    let vector = Shape::from([norm.features as u32]);
    let to_gamma = to_gamma.judged(vector.clone(), norm.rows + norm.features);
    let to_beta = to_beta.judged(vector, norm.rows.max(1));
    let input = to_input.judged(input.shape().clone(), norm.features.max(1));
    Ok(Gradients { input, parameters: vec![to_gamma, to_beta] })
}

/// The rows normalised, in f32, of the same shapes as the [`oracle`]'s.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native(input: &Tensor, affine: Affine<'_, Tensor>) -> Result<Tensor, ShapeError> {
    let norm = Norm::new(input.shape(), affine.gamma.shape(), affine.beta.shape())?;
    let mut output = input.clone();
    let arch = Arch::new();
    each_chunk(output.data_mut(), norm.chunk(), |_, rows| arch.dispatch(Rows { rows, affine }));
    Ok(output)
}

/// The gradients in f32, as [`oracle_backward`] has them; bit for bit the same for any number of threads.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native_backward(
    input: &Tensor,
    affine: Affine<'_, Tensor>,
    gradient: &Tensor,
) -> Result<Gradients<Tensor>, ShapeError> {
    let norm = Norm::new(input.shape(), affine.gamma.shape(), affine.beta.shape())?;
    alike("layer-norm backward", gradient.shape(), input.shape())?;
    let mut to_input = gradient.clone();
    let arch = Arch::new();
    let chunks = to_input.data_mut().par_chunks_mut(norm.chunk()).zip(input.data().par_chunks(norm.chunk()));
    let sums: Vec<_> =
        chunks.map(|(rows, input)| arch.dispatch(BackwardRows { rows, input, affine })).collect();
    let mut parameters = vec![Tensor::zeros(affine.gamma.shape().clone()); 2];
    for (whole, part) in sums.iter().flat_map(|sums| [0, 1].map(|which| (which, &sums[which]))) {
        parameters[whole].data_mut().iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
    }
    Ok(Gradients { input: to_input, parameters })
}

/// Rows to normalise.
struct Rows<'a> {
    rows: &'a mut [f32],
    affine: Affine<'a, Tensor>,
}

impl NullaryFnOnce for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (gamma, beta) = (self.affine.gamma.data(), self.affine.beta.data());
        for row in self.rows.chunks_exact_mut(gamma.len().max(1)) {
            let [mean, scale] = mean_and_scale(row, self.affine.epsilon);
            let parameters = gamma.iter().zip(beta);
            for (x, (gamma, beta)) in row.iter_mut().zip(parameters) {
                *x = (*x - mean) * scale * gamma + beta;
            }
        }
    }
}

/// Rows of the output's gradient to turn into the input's.
struct BackwardRows<'a> {
    rows: &'a mut [f32],
    input: &'a [f32],
    affine: Affine<'a, Tensor>,
}

impl NullaryFnOnce for BackwardRows<'_> {
    /// What these rows add to the gradients of γ and β.
    type Output = [Vec<f32>; 2];

    #[inline(always)]
    fn call(self) -> [Vec<f32>; 2] {
        let gamma = self.affine.gamma.data();
        let features = gamma.len();
        let (mut to_gamma, mut to_beta) = (vec![0.0; features], vec![0.0; features]);
        let mut normal = vec![0.0; features];
        let rows = self.rows.chunks_exact_mut(features.max(1));
        for (row, input) in rows.zip(self.input.chunks_exact(features.max(1))) {
            let [mean, scale] = mean_and_scale(input, self.affine.epsilon);
            normal.iter_mut().zip(input).for_each(|(normal, x)| *normal = (x - mean) * scale);
            to_beta.iter_mut().zip(&*row).for_each(|(sum, dy)| *sum += dy);
            let products = normal.iter().zip(&*row);
            to_gamma.iter_mut().zip(products).for_each(|(sum, (normal, dy))| *sum += normal * dy);
            row.iter_mut().zip(gamma).for_each(|(dy, gamma)| *dy *= gamma);
            let [shift, slope] =
                [sum(row), sum_of(row, &normal, |dy, normal| dy * normal)].map(|sum| sum / features as f32);
            for (dy, normal) in row.iter_mut().zip(&normal) {
                *dy = scale * (*dy - shift - normal * slope);
            }
        }
        [to_gamma, to_beta]
    }
}

/// The mean of a row, and 1 / √(σ² + ε).
#[inline(always)]
fn mean_and_scale(row: &[f32], epsilon: f32) -> [f32; 2] {
    let count = row.len() as f32;
    let mean = sum(row) / count;
    let variance = sum_of(row, row, |a, b| (a - mean) * (b - mean)) / count;
    [mean, 1.0 / (variance + epsilon).sqrt()]
}

fn spread(row: &[f64], epsilon: f32) -> Spread {
    let count = row.len() as f64;
    let mean = row.iter().sum::<f64>() / count;
    let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
    Spread::new(mean, variance, epsilon)
}

/// The means of a row's gradients, which γ has scaled.
fn means(spread: Spread, x: &[f64], dy: &[f64]) -> Means {
    let mut means = Means::default();
    let count = x.len() as f64;
    for (&x, &dy) in x.iter().zip(dy) {
        let [slope, slopes] = spread.to_gamma(x, dy);
        means.shift += dy / count;
        means.shifts += dy.abs() / count;
        means.slope += slope / count;
        means.slopes += slopes / count;
    }
    means
}

/// A normalisation whose shapes meet.
struct Norm {
    rows: usize,
    features: usize,
}

impl Norm {
    fn new(input: &Shape, gamma: &Shape, beta: &Shape) -> Result<Self, ShapeError> {
        let features = input.last().ok_or(ShapeError::Scalar("layer-norm"))?;
        for (name, found) in [("gamma", gamma), ("beta", beta)] {
            if found.rank() != 1 || found.last() != Some(features) {
                let found = found.clone();
                return Err(ShapeError::Features { operation: "layer-norm", name, found, features });
            }
        }
        Ok(Self { rows: input.as_matrix().0, features })
    }

    /// The elements of as many whole rows as are a task.
    fn chunk(&self) -> usize {
        let features = self.features.max(1);
        (CHUNK / features).max(1) * features
    }
}
