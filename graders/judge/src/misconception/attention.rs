//! What goes wrong in attention, alone and in a block.

use tito_kernels::Judged;
use tito_sandbox::Layer;

use super::{
    Misconception,
    activations::EXP_OVERFLOW,
    mechanism::{Feature, Form, Mechanism, Pair, RIGHT, RIGHT_FORM, side_by_side},
    nearly, overflowing,
};
use crate::{Case, case::wide};

/// What is added to scores that are hidden, where nobody uses minus infinity.
const LOW: f64 = -1e9;

pub(super) const MISCONCEPTIONS: &[Misconception] = &[
    Misconception {
        name: "mask-inverted",
        advice: "Every place sees those that it should not, and no others. The mask is 1 where a key is seen: at the query's own \
                 place and before it.",
        answers: &[
            |case| masked(case, |pair, score| if pair.is_seen() { None } else { Some(score) }),
            |case| masked(case, |pair, score| Some(if pair.is_seen() { LOW } else { score })),
            |case| masked(case, |pair, score| (pair.key >= pair.query).then_some(score)),
            |case| masked(case, |pair, score| Some(if pair.key < pair.query { LOW } else { score })),
        ],
    },
    Misconception {
        name: "mask-off-by-one",
        advice: "The mask is moved by one place. A place sees itself and those before it, and none behind.",
        answers: &[
            |case| masked(case, |pair, score| (pair.key <= pair.query + 1).then_some(score)),
            |case| masked(case, |pair, score| (pair.key < pair.query).then_some(score)),
            |case| masked(case, |pair, score| Some(if pair.key < pair.query { score } else { LOW })),
            |case| masked(case, |pair, score| (pair.key < pair.query.max(1)).then_some(score)),
        ],
    },
    Misconception {
        name: "mask-missing",
        advice: "Every place sees all places, also those behind it. Causal attention hides the keys behind the query.",
        answers: &[|case| masked(case, |_, score| Some(score))],
    },
    Misconception {
        name: "mask-erases-scores",
        advice: "What was before a place has equal weights, whatever the scores are. A mask of zeros and minus infinities was \
                 read as one of ones and zeros: every score that is allowed gets -1e9, and f32 has no digits left for it.",
        answers: &[
            |case| masked(case, |pair, _| pair.is_seen().then_some(0.0)),
            |case| masked(case, |_, _| Some(0.0)),
        ],
    },
    Misconception {
        name: "mask-multiplied",
        advice: "Scores that are hidden are 0. To the softmax that is a score like any other: hide them by minus infinity.",
        answers: &[
            |case| masked(case, |pair, score| Some(if pair.is_seen() { score } else { 0.0 })),
            |case| masked(case, |pair, score| Some(if pair.is_seen() { score + 1.0 } else { score })),
        ],
    },
    Misconception {
        name: "scores-not-scaled",
        advice: "Scores are not scaled. They are q k / sqrt(features of a head).",
        answers: &[|case| attended(case, Mechanism { scale: |_, _| 1.0, ..RIGHT })],
    },
    Misconception {
        name: "scores-scaled-otherwise",
        advice: "Scores are scaled by something else than one over the root of a head's features, which are the width divided by \
                 the heads.",
        answers: &[
            |case| attended(case, Mechanism { scale: |_, width| 1.0 / libm::sqrt(width), ..RIGHT }),
            |case| attended(case, Mechanism { scale: |size, _| 1.0 / size, ..RIGHT }),
            |case| attended(case, Mechanism { scale: |size, _| libm::sqrt(size), ..RIGHT }),
            |case| attended(case, Mechanism { scale: |size, width| libm::sqrt(size / width), ..RIGHT }),
        ],
    },
    Misconception {
        name: "heads-mixed-up",
        advice: "A head has features of other heads or places. From [T, width] go to [T, heads, size] and then exchange the \
                 first two axes, and back in the same way: a reshape alone moves features between places.",
        answers: &[
            |case| attended(case, Mechanism { places: [head_by_head, head_by_head], ..RIGHT }),
            |case| attended(case, Mechanism { places: [side_by_side, head_by_head], ..RIGHT }),
            |case| attended(case, Mechanism { places: [head_by_head, side_by_side], ..RIGHT }),
            |case| attended(case, Mechanism { places: [interleaved, interleaved], ..RIGHT }),
            |case| attended(case, Mechanism { places: [interleaved, side_by_side], ..RIGHT }),
        ],
    },
    Misconception {
        name: "projections-out-of-order",
        advice: "Query, key and value have changed places. Their parameters come in this order, and then the output's.",
        answers: &[
            |case| attended(case, Mechanism { order: [1, 0, 2], ..RIGHT }),
            |case| attended(case, Mechanism { order: [0, 2, 1], ..RIGHT }),
            |case| attended(case, Mechanism { order: [2, 1, 0], ..RIGHT }),
            |case| attended(case, Mechanism { order: [1, 2, 0], ..RIGHT }),
            |case| attended(case, Mechanism { order: [2, 0, 1], ..RIGHT }),
        ],
    },
];

/// A head's places one after the other, as a reshape leaves them.
fn head_by_head(at: Feature) -> usize {
    (at.head * at.length + at.place) * at.size + at.feature
}

/// Every head's first features, then their second ones.
fn interleaved(at: Feature) -> usize {
    (at.place * at.size + at.feature) * at.heads + at.head
}

/// The answer with another mask, where there is one.
fn masked(case: &Case, score: fn(Pair, f64) -> Option<f64>) -> Option<Judged> {
    if matches!(case.layers.as_slice(), [Layer::Attention(spec)] if !spec.causal) {
        return None;
    }
    attended(case, Mechanism { score: &score, ..RIGHT })
}

/// Below this the f32 exponential is zero.
const EXP_UNDERFLOW: f64 = -103.98;

/// The answer where powers of scores are taken as they are: infinity over infinity, or zero over zero.
pub(super) fn unshifted(case: &Case) -> Option<Judged> {
    let power = |score: f64| match score {
        _ if score > EXP_OVERFLOW => f64::INFINITY,
        _ if score < EXP_UNDERFLOW => f64::NEG_INFINITY,
        _ => score,
    };
    let score = |pair: Pair, score| pair.is_seen().then(|| power(score));
    overflowing(attended(case, Mechanism { score: &score, ..RIGHT }))
}

/// The answer of attention, or of a block, with another mechanism.
fn attended(case: &Case, mechanism: Mechanism<'_>) -> Option<Judged> {
    let (input, parameters) = ((&case.input).into(), wide(&case.parameters));
    let value = match case.layers.as_slice() {
        [Layer::Attention(spec)] => mechanism.attend(&input, &parameters, *spec),
        [Layer::TransformerBlock(spec)] => Form { mechanism, ..RIGHT_FORM }.run(&input, &parameters, *spec),
        _ => None,
    };
    Some(nearly(case, value?))
}
