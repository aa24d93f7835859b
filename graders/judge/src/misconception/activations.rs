//! What goes wrong in ReLU, sigmoid and tanh.

use tito_kernels::Judged;
use tito_sandbox::Layer;

use super::{Misconception, mapped, overflowing};
use crate::Case;

/// Beyond this the f32 exponential is infinite: the logarithm of `f32::MAX`.
pub(super) const EXP_OVERFLOW: f64 = 88.722_839;

pub(super) const MISCONCEPTIONS: &[Misconception] = &[
    Misconception {
        name: "relu-absolute",
        advice: "Negative numbers lose their sign. ReLU gives max(x, 0): they become 0.",
        answers: &[|case| of(case, &Layer::Relu, f64::abs)],
    },
    Misconception {
        name: "relu-leaky",
        advice: "Negative numbers are scaled down. That is a leaky ReLU; here they become 0.",
        answers: &[
            |case| of(case, &Layer::Relu, |x| if x < 0.0 { f64::from(0.01f32) * x } else { x }),
            |case| of(case, &Layer::Relu, |x| if x < 0.0 { f64::from(0.1f32) * x } else { x }),
        ],
    },
    Misconception {
        name: "relu-capped",
        advice: "Large numbers are cut at 6. That is ReLU6; ReLU has no upper end.",
        answers: &[|case| of(case, &Layer::Relu, |x| x.clamp(0.0, 6.0))],
    },
    Misconception {
        name: "relu-mask",
        advice: "The answer is 1 where the input is positive. That is ReLU's derivative; ReLU gives max(x, 0).",
        answers: &[|case| of(case, &Layer::Relu, |x| if x > 0.0 { 1.0 } else { 0.0 })],
    },
    Misconception {
        name: "sigmoid-overflow",
        advice: "exp(x) / (1 + exp(x)) is infinity over infinity for large x. Use 1 / (1 + exp(-x)), which is \
                 right at both ends.",
        answers: &[|case| {
            overflowing(of(case, &Layer::Sigmoid, |x| if x > EXP_OVERFLOW { f64::NAN } else { sigmoid(x) }))
        }],
    },
    Misconception {
        name: "sigmoid-negated",
        advice: "The sign of the exponent is wrong: sigmoid is 1 / (1 + exp(-x)) and grows with x.",
        answers: &[|case| of(case, &Layer::Sigmoid, |x| sigmoid(-x))],
    },
    Misconception {
        name: "sigmoid-hard",
        advice: "The answer is a straight line, cut at 0 and 1. Sigmoid is 1 / (1 + exp(-x)).",
        answers: &[
            |case| of(case, &Layer::Sigmoid, |x| (0.2 * x + 0.5).clamp(0.0, 1.0)),
            |case| of(case, &Layer::Sigmoid, |x| (x / 6.0 + 0.5).clamp(0.0, 1.0)),
        ],
    },
    Misconception {
        name: "sigmoid-is-tanh",
        advice: "The answer is tanh(x). Sigmoid is 1 / (1 + exp(-x)), between 0 and 1.",
        answers: &[|case| of(case, &Layer::Sigmoid, libm::tanh)],
    },
    Misconception {
        name: "tanh-overflow",
        advice: "The exponentials overflow for large x, and infinity over infinity is NaN. Use f32::tanh, or \
                 exponentials of -|x| alone.",
        answers: &[
            |case| {
                overflowing(of(case, &Layer::Tanh, |x| {
                    if 2.0 * x > EXP_OVERFLOW { f64::NAN } else { libm::tanh(x) }
                }))
            },
            |case| {
                overflowing(of(
                    case,
                    &Layer::Tanh,
                    |x| if x > EXP_OVERFLOW { f64::NAN } else { libm::tanh(x) },
                ))
            },
            |case| {
                overflowing(of(case, &Layer::Tanh, |x| {
                    if x.abs() > EXP_OVERFLOW { f64::NAN } else { libm::tanh(x) }
                }))
            },
        ],
    },
    Misconception {
        name: "tanh-is-sigmoid",
        advice: "The answer is sigmoid(x). tanh(x) = 2 sigmoid(2x) - 1, between -1 and 1.",
        answers: &[|case| of(case, &Layer::Tanh, sigmoid)],
    },
];

/// The answer of `image` to a case of this layer alone.
fn of(case: &Case, layer: &Layer, image: impl Fn(f64) -> f64) -> Option<Judged> {
    if case.layers.as_slice() == [*layer] { mapped(case, image) } else { None }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}
