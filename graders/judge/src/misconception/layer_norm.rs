//! What goes wrong in layer normalisation: which elements a row's moments are of, and what is divided by.

use tito_kernels::{Judged, Wide};
use tito_sandbox::{Layer, NormSpec};

use super::{Misconception, nearly};
use crate::{Case, case::wide};

pub(super) const MISCONCEPTIONS: &[Misconception] = &[
    Misconception {
        name: "layer-norm-axis",
        advice: "The moments are of other elements. Every row along the last axis has a mean and a variance of its own.",
        answers: &[
            // Every feature over all rows, as batch normalisation has it.
            |case| grouped(case, |at, extents| at % extents[extents.len() - 1]),
            // Every sequence, and everything.
            |case| grouped(case, |at, extents| at / extents[1..].iter().product::<usize>()),
            |case| grouped(case, |_, _| 0),
            // Along the axis before the last.
            |case| {
                grouped(case, |at, extents| {
                    let last = extents[extents.len() - 1];
                    at / (last * extents[extents.len() - 2]) * last + at % last
                })
            },
            // Along the first.
            |case| grouped(case, |at, extents| at % extents[1..].iter().product::<usize>()),
        ],
    },
    Misconception {
        name: "layer-norm-variance-unbiased",
        advice: "The variance is divided by N - 1. It is the biased one, divided by the number of features.",
        answers: &[|case| {
            rows(case, |spec, variance| {
                let count = f64::from(spec.features);
                libm::sqrt(variance * count / (count - 1.0) + epsilon(spec))
            })
        }],
    },
    Misconception {
        name: "layer-norm-epsilon-forgotten",
        advice: "Epsilon is missing, or another one. The deviation is sqrt(variance + epsilon), with the epsilon that the layer \
                 was built with.",
        answers: &[
            |case| rows(case, |_, variance| libm::sqrt(variance)),
            |case| rows(case, |_, variance| libm::sqrt(variance + f64::from(1e-5f32))),
        ],
    },
    Misconception {
        name: "layer-norm-epsilon-outside",
        advice: "Epsilon is added to the root. It is added to the variance: sqrt(variance + epsilon).",
        answers: &[|case| rows(case, |spec, variance| libm::sqrt(variance) + epsilon(spec))],
    },
    Misconception {
        name: "layer-norm-not-scaled",
        advice: "Gamma or beta is left out: the answer is gamma * normalised + beta, feature by feature.",
        answers: &[
            |case| plain(case, |_| 1.0, |beta| beta),
            |case| plain(case, |gamma| gamma, |_| 0.0),
            |case| plain(case, |_| 1.0, |_| 0.0),
        ],
    },
];

fn epsilon(spec: NormSpec) -> f64 {
    f64::from(spec.epsilon)
}

/// The answer where elements are normalised by the moments of their group, given offset and extents.
fn grouped(case: &Case, group: impl Fn(usize, &[usize]) -> usize) -> Option<Judged> {
    let extents = extents(case)?;
    let deviation = |spec: NormSpec, variance| libm::sqrt(variance + epsilon(spec));
    normalised(case, |at| group(at, &extents), deviation, [|gamma| gamma, |beta| beta])
}

/// The answer where a row's deviation is made otherwise of its variance.
fn rows(case: &Case, deviation: impl Fn(NormSpec, f64) -> f64) -> Option<Judged> {
    let width = *extents(case)?.last()?;
    normalised(case, |at| at / width, deviation, [|gamma| gamma, |beta| beta])
}

/// The answer with another scale and shift.
fn plain(case: &Case, gamma: fn(f64) -> f64, beta: fn(f64) -> f64) -> Option<Judged> {
    let width = *extents(case)?.last()?;
    let deviation = |spec: NormSpec, variance| libm::sqrt(variance + epsilon(spec));
    normalised(case, |at| at / width, deviation, [gamma, beta])
}

/// The extents of the input, if it has axes to be confused.
fn extents(case: &Case) -> Option<Vec<usize>> {
    let extents: Vec<_> = case.input.shape().extents().iter().map(|&extent| extent as usize).collect();
    (extents.len() > 1).then_some(extents)
}

fn normalised(
    case: &Case,
    group: impl Fn(usize) -> usize,
    deviation: impl Fn(NormSpec, f64) -> f64,
    [gamma, beta]: [fn(f64) -> f64; 2],
) -> Option<Judged> {
    let [Layer::LayerNorm(spec)] = case.layers.as_slice() else { return None };
    let (input, parameters) = (Wide::from(&case.input), wide(&case.parameters));
    let groups: Vec<usize> = (0..input.data().len()).map(group).collect();
    let count = groups.iter().max()? + 1;
    let mut counts = vec![0.0; count];
    groups.iter().for_each(|&group| counts[group] += 1.0);
    let mean_of = |of: &dyn Fn(usize) -> f64| {
        let mut means = vec![0.0; count];
        groups.iter().enumerate().for_each(|(at, &group)| means[group] += of(at) / counts[group]);
        means
    };
    let means = mean_of(&|at| input.data()[at]);
    let variances = mean_of(&|at| (input.data()[at] - means[groups[at]]).powi(2));
    let element = |at: usize| {
        let feature = at % spec.features as usize;
        let normal = (input.data()[at] - means[groups[at]]) / deviation(*spec, variances[groups[at]]);
        gamma(parameters[0].data()[feature]) * normal + beta(parameters[1].data()[feature])
    };
    let data = (0..input.data().len()).map(element).collect();
    Some(nearly(case, Wide::new(input.shape().clone(), data).ok()?))
}
