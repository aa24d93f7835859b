//! What goes wrong in losses and their gradients.

use tito_kernels::{Judged, Wide, softmax};
use tito_tensor::Shape;

use super::{Misconception, activations::EXP_OVERFLOW, anything::coarsely, roughly};
use crate::{Given, LossCase, Targets};

type Bug = Misconception<LossCase>;

/// The places of an answer.
const VALUE: usize = 0;
const GRADIENT: usize = 1;

pub(super) const MISCONCEPTIONS: &[Bug] = &[
    Bug {
        name: "loss-constant",
        advice: "The loss is a constant. Compute it from predictions and targets.",
        answers: &[|case| number(case, |_| 0.0), |case| number(case, |_| 0.5), |case| number(case, |_| 1.0)],
    },
    Bug {
        name: "cross-entropy-unshifted",
        advice: "The exponentials overflow. Subtract each row's largest logit first: log(sum exp(x)) = c + log(sum exp(x - \
                 c)).",
        answers: &[
            |case| lost(case, f64::NAN),
            |case| lost(case, f64::INFINITY),
            |case| lost(case, f64::NEG_INFINITY),
            unshifted_gradient,
        ],
    },
    Bug {
        name: "cross-entropy-clipped",
        advice: "The probability is kept away from 0 before its logarithm, which cuts the loss off. The loss is log(sum \
                 exp(x)) - x[target], which needs no logarithm of a small number.",
        answers: &[
            |case| clipped(case, 1e-15),
            |case| clipped(case, 1e-12),
            |case| clipped(case, 1e-10),
            |case| clipped(case, 1e-9),
            |case| clipped(case, 1e-8),
            |case| clipped(case, 1e-7),
            |case| clipped(case, 1e-6),
        ],
    },
    Bug {
        name: "cross-entropy-base-2",
        advice: "The logarithm is that to base 2. It is the natural one.",
        answers: &[|case| entropy(case, |loss| loss / std::f64::consts::LN_2)],
    },
    Bug {
        name: "cross-entropy-of-probabilities",
        advice: "Softmax is applied twice. The loss is given logits: one softmax is part of it.",
        answers: &[|case| {
            let (x, classes) = of_classes(case)?;
            let again =
                LossCase::new(narrow(&softmax::oracle(&x).value), Targets::Classes(classes), case.kind);
            number(case, |_| again.expected[VALUE].value.data()[0])
        }],
    },
    Bug {
        name: "cross-entropy-without-logarithm",
        advice: "The loss is made of the probability of the target. It is minus the logarithm of that.",
        answers: &[
            |case| by_target(case, |p| -p),
            |case| by_target(case, |p| 1.0 - p),
            |case| by_target(case, |p| p),
        ],
    },
    Bug {
        name: "cross-entropy-sign",
        advice: "The loss has the wrong sign. It is minus the logarithm of the target's probability, and never negative.",
        answers: &[|case| entropy(case, |loss| -loss)],
    },
    Bug {
        name: "cross-entropy-gradient-without-target",
        advice: "The gradient is that of the softmax alone. Subtract 1 from the probability of the target: (p - 1_target) / \
                 rows.",
        answers: &[|case| gradient(case, |p, _, rows| p / rows), |case| gradient(case, |p, _, _| p)],
    },
    Bug {
        name: "loss-summed",
        advice: "The loss, or its gradient, is a sum over the batch. It is the mean, so that it does not depend on the size of \
                 the batch.",
        answers: &[
            |case| times(case, &[VALUE, GRADIENT], case.count() as f64),
            |case| times(case, &[VALUE], case.count() as f64),
            |case| times(case, &[GRADIENT], case.count() as f64),
        ],
    },
    Bug {
        name: "loss-averaged-again",
        advice: "The loss, or its gradient, is divided twice. It is divided once by the number of predictions.",
        answers: &[
            |case| times(case, &[VALUE, GRADIENT], 1.0 / case.count() as f64),
            |case| times(case, &[VALUE], 1.0 / case.count() as f64),
            |case| times(case, &[GRADIENT], 1.0 / case.count() as f64),
        ],
    },
    Bug {
        name: "cross-entropy-averaged-over-classes",
        advice: "The loss, or its gradient, is divided by the number of logits. It is the mean over rows: each is one \
                 prediction.",
        answers: &[
            |case| over_classes(case, &[VALUE, GRADIENT]),
            |case| over_classes(case, &[VALUE]),
            |case| over_classes(case, &[GRADIENT]),
        ],
    },
    Bug {
        name: "cross-entropy-averaged-over-first-axis",
        advice: "The mean is over the first axis alone. Logits [.., classes] have a prediction for each of the axes before the \
                 last.",
        answers: &[
            |case| over_first_axis(case, &[VALUE, GRADIENT]),
            |case| over_first_axis(case, &[VALUE]),
            |case| over_first_axis(case, &[GRADIENT]),
        ],
    },
    Bug {
        name: "mean-squared-error-halved",
        advice: "The error is half of what it is. The contract's is the mean of (prediction - target)^2, without a half, and \
                 its gradient 2 (prediction - target) / elements.",
        answers: &[
            |case| of_values(case).and_then(|()| times(case, &[VALUE, GRADIENT], 0.5)),
            |case| of_values(case).and_then(|()| times(case, &[VALUE], 0.5)),
            |case| of_values(case).and_then(|()| times(case, &[GRADIENT], 0.5)),
        ],
    },
    Bug {
        name: "mean-squared-error-over-rows",
        advice: "The mean is over rows. It is over all elements.",
        answers: &[
            |case| over_rows(case, &[VALUE, GRADIENT]),
            |case| over_rows(case, &[VALUE]),
            |case| over_rows(case, &[GRADIENT]),
        ],
    },
    Bug {
        name: "mean-squared-error-not-squared",
        advice: "The loss is another one: the mean of squares is neither rooted nor that of absolute values.",
        answers: &[
            |case| of_values(case).and_then(|()| number(case, libm::sqrt)),
            |case| {
                let Targets::Values(values) = &case.targets else { return None };
                let pairs = case.predictions.data().iter().zip(values.data());
                let sum: f64 = pairs.map(|(a, b)| (f64::from(*a) - f64::from(*b)).abs()).sum();
                number(case, |_| sum / case.count() as f64)
            },
        ],
    },
    Bug {
        name: "loss-gradient-sign",
        advice: "The gradient has the wrong sign: it points to where the loss grows, and the optimizer goes the other way.",
        answers: &[|case| times(case, &[GRADIENT], -1.0)],
    },
    Bug {
        name: "loss-gradient-zero",
        advice: "Every element of the gradient is 0. Is it ever written?",
        answers: &[|case| times(case, &[GRADIENT], 0.0)],
    },
    Bug {
        name: "half-precision",
        advice: "The answer is right to three digits and no further, as half precision is. Compute in f32.",
        answers: &[|case| {
            Some(Given(case.expected.iter().map(|right| coarsely(right, case.kind)).collect()))
        }],
    },
];

fn narrow(wide: &Wide) -> tito_tensor::Tensor {
    crate::question::narrow(wide)
}

/// Logits and classes, if the loss is cross-entropy.
fn of_classes(case: &LossCase) -> Option<(Wide, Vec<u32>)> {
    match &case.targets {
        Targets::Classes(classes) => Some((Wide::from(&case.predictions), classes.clone())),
        Targets::Values(_) => None,
    }
}

/// Whether the loss is the mean squared error.
fn of_values(case: &LossCase) -> Option<()> {
    matches!(case.targets, Targets::Values(_)).then_some(())
}

/// The value that is made of the right one.
fn number(case: &LossCase, image: impl Fn(f64) -> f64) -> Option<Given> {
    let right = &case.expected[VALUE];
    let value = image(right.value.data()[0]);
    let gauge = vec![value.abs() + right.gauge[0].min(value.abs() + 1.0)];
    let value = Wide::new(Shape::default(), vec![value]).ok()?;
    Some(Given::of_part(VALUE, Judged { value, gauge, terms: right.terms.max(4) }))
}

fn entropy(case: &LossCase, image: impl Fn(f64) -> f64) -> Option<Given> {
    of_classes(case)?;
    number(case, image)
}

/// Some of the right answer times a factor.
fn times(case: &LossCase, parts: &[usize], factor: f64) -> Option<Given> {
    let scaled = |right: &Judged| {
        let all = |data: &[f64], factor: f64| data.iter().map(|x| x * factor).collect::<Vec<_>>();
        let value = Wide::new(right.value.shape().clone(), all(right.value.data(), factor)).ok()?;
        Some(Judged { value, gauge: all(&right.gauge, factor.abs()), terms: right.terms.max(4) })
    };
    let all = case.expected.iter().enumerate();
    Some(Given(all.map(|(part, right)| if parts.contains(&part) { scaled(right) } else { None }).collect()))
}

fn classes(case: &LossCase) -> f64 {
    case.predictions.shape().last().unwrap_or(1) as f64
}

fn over_classes(case: &LossCase, parts: &[usize]) -> Option<Given> {
    of_classes(case)?;
    times(case, parts, 1.0 / classes(case))
}

fn over_first_axis(case: &LossCase, parts: &[usize]) -> Option<Given> {
    of_classes(case)?;
    let &[first, _, _, ..] = case.predictions.shape().extents() else { return None };
    times(case, parts, case.count() as f64 / f64::from(first))
}

fn over_rows(case: &LossCase, parts: &[usize]) -> Option<Given> {
    of_values(case)?;
    times(case, parts, classes(case))
}

/// Each row's probabilities, with its class.
fn rows(case: &LossCase) -> Option<(Wide, Vec<u32>, usize)> {
    let (x, targets) = of_classes(case)?;
    let width = x.shape().last()?.max(1);
    Some((softmax::oracle(&x).value, targets, width))
}

/// The mean over rows of what `image` makes of the target's probability.
fn by_target(case: &LossCase, image: impl Fn(f64) -> f64) -> Option<Given> {
    let (p, targets, width) = rows(case)?;
    let each = p.data().chunks(width).zip(&targets).map(|(p, &target)| image(p[target as usize]));
    let sum: f64 = each.sum();
    number(case, |_| sum / targets.len() as f64)
}

/// The value with the probability cut off below, where that changes it.
fn clipped(case: &LossCase, least: f64) -> Option<Given> {
    by_target(case, |p| -libm::log(p.max(least)))
}

/// The gradient that is made of probability, whether it is the target's, and the number of rows.
fn gradient(case: &LossCase, image: impl Fn(f64, bool, f64) -> f64) -> Option<Given> {
    let (p, targets, width) = rows(case)?;
    let hit = |at: usize| targets[at / width] as usize == at % width;
    let count = targets.len() as f64;
    let data = p.data().iter().enumerate().map(|(at, &p)| image(p, hit(at), count)).collect();
    Some(Given::of_part(GRADIENT, roughly(Wide::new(p.shape().clone(), data).ok()?)))
}

/// Whether the exponentials of a row overflow, or vanish: then log(Σ exp(x)) − x[target], or the logarithm of
/// exp(x) / Σ exp(x), is infinite or no number.
fn is_lost(case: &LossCase) -> Option<()> {
    let (x, targets) = of_classes(case)?;
    let width = x.shape().last()?.max(1);
    let is_lost = |(row, &target): (&[f64], &u32)| {
        let p = exp(row[target as usize]) / row.iter().map(|&x| exp(x)).sum::<f64>();
        p.is_nan() || p == 0.0
    };
    x.data().chunks(width).zip(&targets).any(is_lost).then_some(())
}

/// As f32 has it.
fn exp(x: f64) -> f64 {
    if x > EXP_OVERFLOW { f64::INFINITY } else { f64::from(libm::exp(x) as f32) }
}

/// A value that is none.
fn lost(case: &LossCase, value: f64) -> Option<Given> {
    is_lost(case)?;
    let value = Wide::new(Shape::default(), vec![value]).ok()?;
    Some(Given::of_part(VALUE, if value.data()[0].is_nan() { roughly(value) } else { Judged::exact(value) }))
}

/// The gradient of exponentials that were not shifted, where some of it is no number.
fn unshifted_gradient(case: &LossCase) -> Option<Given> {
    let (x, targets) = of_classes(case)?;
    let width = x.shape().last()?.max(1);
    let rows = x.data().chunks(width).zip(&targets);
    let row = |(row, &target): (&[f64], &u32)| -> Vec<f64> {
        let sum: f64 = row.iter().map(|&x| exp(x)).sum();
        let hit = |class: usize| f64::from(class == target as usize);
        let element = |(class, &x): (usize, &f64)| (exp(x) / sum - hit(class)) / targets.len() as f64;
        row.iter().enumerate().map(element).collect()
    };
    let data = rows.flat_map(row).collect();
    let judged = super::overflowing(Some(roughly(Wide::new(x.shape().clone(), data).ok()?)))?;
    Some(Given::of_part(GRADIENT, judged))
}
