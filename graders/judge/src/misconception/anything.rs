//! What can go wrong in any layer.

use tito_kernels::{Judged, Wide};

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

/// Off by up to the roundoff of half precision, 2⁻¹¹, of what enters the sum.
fn half_precision(case: &Case) -> Option<Judged> {
    let right = &case.expected;
    let wider = |gauge: &f64| gauge * f64::from(1u32 << 13);
    (right.terms > 0).then(|| Judged { gauge: right.gauge.iter().map(wider).collect(), ..right.clone() })
}
