//! What can go wrong in any layer.

use tito_kernels::{Judged, Wide, tolerance};

use super::Misconception;
use crate::{Case, cheats};

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
        name: "half-precision",
        advice: "The answer is right to three digits and no further, as half precision is. Compute in f32.",
        answers: &[half_precision],
    },
];

fn cheat(case: &Case, name: &str) -> Option<Judged> {
    let (_, answer) = cheats(case).into_iter().find(|(known, _)| *known == name)?;
    let gauge = answer.data().iter().map(|x| f64::from(x.abs())).collect();
    Some(Judged { value: Wide::from(&answer), gauge, terms: case.expected.terms })
}

/// Off by up to 2⁻¹⁰ of what enters the sum: half precision rounds each factor of a term by up to 2⁻¹¹.
fn half_precision(case: &Case) -> Option<Judged> {
    let right = &case.expected;
    let wider = f64::from(1u32 << 14) / tolerance(right.terms);
    let gauge = right.gauge.iter().map(|gauge| gauge * wider).collect();
    (right.terms > 0).then(|| Judged { gauge, ..right.clone() })
}
