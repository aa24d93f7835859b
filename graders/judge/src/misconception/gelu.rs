//! What goes wrong in GELU, alone and in a block.

use tito_kernels::Judged;
use tito_sandbox::Layer;

use super::{
    Misconception, mapped,
    mechanism::{Form, RIGHT_FORM, gelu_by_sigmoid, gelu_by_tanh},
    transformer_block::formed,
};
use crate::Case;

pub(super) const MISCONCEPTIONS: &[Misconception] = &[
    Misconception {
        name: "gelu-by-tanh",
        advice: "That is the approximation by tanh. GELU is exact here: x (1 + erf(x / sqrt(2))) / 2.",
        answers: &[|case| bent(case, gelu_by_tanh)],
    },
    Misconception {
        name: "gelu-by-sigmoid",
        advice: "That is an approximation by the logistic function. GELU is exact here: x (1 + erf(x / sqrt(2))) / 2.",
        answers: &[
            |case| bent(case, |x| gelu_by_sigmoid(x, f64::from(1.702f32))),
            |case| bent(case, |x| gelu_by_sigmoid(x, 1.0)),
        ],
    },
];

/// The answer with another curve.
fn bent(case: &Case, activation: fn(f64) -> f64) -> Option<Judged> {
    match case.layers.as_slice() {
        [Layer::Gelu] => mapped(case, activation),
        _ => formed(case, Form { activation, ..RIGHT_FORM }),
    }
}
