//! What can go wrong in any layer.

use tito_kernels::{Judged, Wide, tolerance};
use tito_tensor::Tensor;

use super::Misconception;
use crate::{Case, Kind, Question};

/// The name of the one that is told only of coarse errors.
pub(super) const HALF_PRECISION: &str = "half-precision";

pub(super) const MISCONCEPTIONS: &[Misconception] = &[
    Misconception {
        name: "earlier-answer",
        advice: "The answer belongs to an input that the model saw before. An answer depends on its own input \
                 and on the parameters alone.",
        answers: &[|case| cheat(case, "an earlier answer")],
    },
    Misconception {
        name: "zeros",
        advice: "Every element is 0. Is the output ever written?",
        answers: &[|case| cheat(case, "zeros")],
    },
    Misconception {
        name: "input-returned",
        advice: "The input came back unchanged.",
        answers: &[|case| cheat(case, "the input")],
    },
    Misconception {
        name: HALF_PRECISION,
        advice: "The answer is right to three digits and no further, as half precision is. Compute in f32.",
        answers: &[half_precision],
    },
];

fn cheat(case: &Case, name: &str) -> Option<Judged> {
    let answer = case.wrong().into_iter().find(|cheat| cheat.name == name)?.answer;
    let gauge = answer.data().iter().map(|x| f64::from(x.abs())).collect();
    Some(Judged { value: Wide::from(&answer), gauge, terms: case.expected.terms })
}

/// Off by up to 2⁻¹⁰ of what enters the sum: half precision rounds each factor of a term by up to 2⁻¹¹, and small integers not
/// at all.
fn half_precision(case: &Case) -> Option<Judged> {
    coarsely(&case.expected, case.kind)
}

/// A right answer with the bound of half precision.
pub(super) fn coarsely(right: &Judged, kind: Kind) -> Option<Judged> {
    let wider = f64::from(1u32 << 14) / tolerance(right.terms);
    let gauge = right.gauge.iter().map(|gauge| gauge * wider).collect();
    (right.terms > 0 && kind != Kind::Integers).then(|| Judged { gauge, ..right.clone() })
}

/// Whether some element is off by at least 2⁻¹⁴ of its gauge: an eighth of half precision's roundoff.
pub(super) fn is_coarse(right: &Judged, answer: &Tensor) -> bool {
    let errors =
        answer.data().iter().zip(right.value.data()).map(|(got, value)| (f64::from(*got) - value).abs());
    errors.zip(&right.gauge).any(|(error, gauge)| error * f64::from(1u32 << 14) >= *gauge)
}
