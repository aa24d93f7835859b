//! What goes wrong in softmax.

use tito_kernels::{Judged, Wide};
use tito_sandbox::Layer;

use super::{Misconception, activations::EXP_OVERFLOW, attention, overflowing, roughly};
use crate::Case;

pub(super) const MISCONCEPTIONS: &[Misconception] = &[
    Misconception {
        name: "softmax-unshifted",
        advice: "The exponentials overflow. Subtract each row's largest element first: softmax(x) = softmax(x - c).",
        answers: &[unshifted, attention::unshifted],
    },
    Misconception {
        name: "softmax-first-axis",
        advice: "The answer sums to 1 down the batch. Softmax runs over the last axis: each row sums to 1.",
        answers: &[|case| {
            softmax_of(case, |at, shape| {
                let stride: usize = shape.iter().skip(1).map(|&extent| extent as usize).product();
                at % stride.max(1)
            })
        }],
    },
    Misconception {
        name: "softmax-over-everything",
        advice: "The whole answer sums to 1. Softmax runs over the last axis: each row sums to 1.",
        answers: &[|case| softmax_of(case, |_, _| 0)],
    },
    Misconception {
        name: "softmax-unnormalised",
        advice: "The exponentials are not divided by their sum, so that rows do not sum to 1.",
        answers: &[
            |case| by_row(case, |x, max, _| libm::exp(x - max)),
            |case| by_row(case, |x, _, _| libm::exp(x)),
        ],
    },
    Misconception {
        name: "softmax-logarithm",
        advice: "The answer is the logarithm of softmax. Leave the logarithm to the loss.",
        answers: &[|case| by_row(case, |x, max, sum| x - max - libm::log(sum))],
    },
];

fn input(case: &Case) -> Option<Wide> {
    if case.layers.as_slice() == [Layer::Softmax] { Some(Wide::from(&case.input)) } else { None }
}

/// Softmax with the elements grouped by `group(offset, extents)`.
fn softmax_of(case: &Case, group: impl Fn(usize, &[u32]) -> usize) -> Option<Judged> {
    let input = input(case)?;
    let groups: Vec<usize> = (0..input.data().len()).map(|at| group(at, input.shape().extents())).collect();
    let count = groups.iter().max()? + 1;
    let (mut most, mut sums) = (vec![f64::NEG_INFINITY; count], vec![0.0; count]);
    input.data().iter().zip(&groups).for_each(|(x, &g)| most[g] = most[g].max(*x));
    input.data().iter().zip(&groups).for_each(|(x, &g)| sums[g] += libm::exp(x - most[g]));
    let data = input.data().iter().zip(&groups).map(|(x, &g)| libm::exp(x - most[g]) / sums[g]).collect();
    Some(roughly(Wide::new(input.shape().clone(), data).ok()?))
}

/// The image of every element, its row's largest and its row's sum of shifted exponentials.
fn by_row(case: &Case, image: impl Fn(f64, f64, f64) -> f64) -> Option<Judged> {
    let input = input(case)?;
    let width = input.shape().last()?.max(1);
    let row = |row: &[f64]| -> Vec<f64> {
        let max = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum = row.iter().map(|x| libm::exp(x - max)).sum();
        row.iter().map(|&x| image(x, max, sum)).collect()
    };
    let data = input.data().chunks(width).flat_map(row).collect();
    Some(roughly(Wide::new(input.shape().clone(), data).ok()?))
}

/// exp(x) / Σ exp(x) as f32 computes it: infinity over infinity, or zero over zero.
fn unshifted(case: &Case) -> Option<Judged> {
    let input = input(case)?;
    let width = input.shape().last()?.max(1);
    let exp = |x: f64| if x > EXP_OVERFLOW { f64::INFINITY } else { f64::from(libm::exp(x) as f32) };
    let row = |row: &[f64]| -> Vec<f64> {
        let sum: f64 = row.iter().map(|&x| exp(x)).sum();
        let sum = if sum > f64::from(f32::MAX) { f64::INFINITY } else { sum };
        row.iter().map(|&x| exp(x) / sum).collect()
    };
    let data = input.data().chunks(width).flat_map(row).collect();
    overflowing(Some(roughly(Wide::new(input.shape().clone(), data).ok()?)))
}
