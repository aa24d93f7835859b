//! What goes wrong in the gradients of tables, layer normalisation, GELU and attention.

use tito_kernels::{Judged, Wide};
use tito_sandbox::Layer;

use super::{
    Bug, Parts, approximate,
    dense::{INPUT, WEIGHT as TABLE},
    mapped, scaled,
};
use crate::{Exercise, Given, misconception::mechanism::TANH_SCALE};

pub(in crate::misconception) const MISCONCEPTIONS: &[Bug] = &[
    Bug {
        name: "token-gradient-not-accumulated",
        advice: "Where a token comes more than once, its row has the gradient of one place alone. They add up.",
        answers: &[|exercise| table(exercise, false), |exercise| table(exercise, true)],
    },
    Bug {
        name: "position-gradient-not-summed",
        advice: "The gradient of the table of places is that of one sequence, or a mean. Every sequence had the row added: it is \
                 the sum over all of them.",
        answers: &[
            |exercise| sequence(exercise, |_| 0),
            |exercise| sequence(exercise, |texts| texts - 1),
            |exercise| {
                let parts = of(exercise, |layer| matches!(layer, Layer::PositionEmbedding(_)))?;
                scaled(exercise, &[TABLE], 1.0 / parts.rows())
            },
        ],
    },
    Bug {
        name: "layer-norm-moments-held-constant",
        advice: "The gradient of the input is gamma / deviation times that of the output, as if mean and variance were constants. \
                 Every feature of a row has a part in both: it is (g - mean of g - x-hat * mean of g x-hat) / deviation, with \
                 g = gamma * dy.",
        answers: &[
            |exercise| normalised(exercise, |_, g, _, _| g),
            |exercise| normalised(exercise, |_, g, shift, _| g - shift),
            |exercise| normalised(exercise, |x, g, _, slope| g - x * slope),
        ],
    },
    Bug {
        name: "gelu-gradient-of-an-approximation",
        advice: "The gradient is that of an approximation of GELU, or lacks a term. That of x Phi(x) is Phi(x) + x phi(x).",
        answers: &[
            |exercise| bent(exercise, by_tanh),
            |exercise| bent(exercise, |x| by_sigmoid(x, f64::from(1.702f32))),
            |exercise| bent(exercise, |x| 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)),
        ],
    },
    Bug {
        name: "attention-gradient-not-scaled",
        advice: "The gradients of queries and keys lack the scale of the scores: what goes back through q k / sqrt(size) is \
                 multiplied by 1 / sqrt(size), too.",
        answers: &[|exercise| {
            let parts = of(exercise, |layer| matches!(layer, Layer::Attention(_)))?;
            let Layer::Attention(spec) = parts.layer else { return None };
            scaled(exercise, &[1, 2, 3], libm::sqrt(f64::from(spec.width / spec.heads.max(1))))
        }],
    },
];

/// The exercise taken apart, if it is of such a layer.
fn of(exercise: &Exercise, is: fn(&Layer) -> bool) -> Option<Parts> {
    if is(&exercise.layer) { Parts::of(exercise) } else { None }
}

/// The gradient of a table of tokens, of which the first place or the last one counts.
fn table(exercise: &Exercise, first: bool) -> Option<Given> {
    let parts = of(exercise, |layer| matches!(layer, Layer::TokenEmbedding(_)))?;
    let width = *parts.parameters[0].shape().extents().last()? as usize;
    let mut table = vec![0.0; parts.parameters[0].data().len()];
    let mut places: Vec<_> = parts.input.data().iter().zip(parts.gradient.data().chunks(width)).collect();
    if first {
        places.reverse();
    }
    for (&token, dy) in places {
        table[token as usize * width..][..width].copy_from_slice(dy);
    }
    let value = Wide::new(parts.parameters[0].shape().clone(), table).ok()?;
    Some(Given::of_part(TABLE, Judged::exact(value)))
}

/// The gradient of a table of places, of one sequence of so many.
fn sequence(exercise: &Exercise, which: fn(usize) -> usize) -> Option<Given> {
    let parts = of(exercise, |layer| matches!(layer, Layer::PositionEmbedding(_)))?;
    let texts = *parts.input.shape().extents().first()? as usize;
    let each = parts.gradient.data().len() / texts.max(1);
    let own = &parts.gradient.data()[which(texts) * each..][..each];
    let count = parts.parameters[0].data().len();
    let table = own.iter().copied().chain(std::iter::repeat(0.0)).take(count).collect();
    let value = Wide::new(parts.parameters[0].shape().clone(), table).ok()?;
    Some(Given::of_part(TABLE, Judged::exact(value)))
}

/// The gradient of the input of a norm: what `image` makes of x-hat, γ dy, and the row's means of γ dy and of γ dy x-hat, divided by
/// the deviation.
fn normalised(exercise: &Exercise, image: fn(f64, f64, f64, f64) -> f64) -> Option<Given> {
    let parts = of(exercise, |layer| matches!(layer, Layer::LayerNorm(_)))?;
    let Layer::LayerNorm(spec) = parts.layer else { return None };
    let width = spec.features as usize;
    let rows = parts.input.data().chunks(width).zip(parts.gradient.data().chunks(width));
    let row = |(x, dy): (&[f64], &[f64])| -> Vec<f64> {
        let mean_of = |of: &dyn Fn(usize) -> f64| (0..width).map(of).sum::<f64>() / width as f64;
        let mean = mean_of(&|at| x[at]);
        let variance = mean_of(&|at| (x[at] - mean).powi(2));
        let deviation = libm::sqrt(variance + f64::from(spec.epsilon));
        let normal = |at: usize| (x[at] - mean) / deviation;
        let g = |at: usize| parts.parameters[0].data()[at] * dy[at];
        let (shift, slope) = (mean_of(&g), mean_of(&|at| g(at) * normal(at)));
        (0..width).map(|at| image(normal(at), g(at), shift, slope) / deviation).collect()
    };
    let value = Wide::new(parts.input.shape().clone(), rows.flat_map(row).collect()).ok()?;
    Some(approximate(exercise, INPUT, value).into())
}

fn bent(exercise: &Exercise, slope: fn(f64) -> f64) -> Option<Given> {
    if exercise.layer == Layer::Gelu { mapped(exercise, |x, dy| dy * slope(x)) } else { None }
}

/// The derivative of GELU's form by tanh.
fn by_tanh(x: f64) -> f64 {
    let t = libm::tanh(TANH_SCALE * (x + 0.044_715 * x * x * x));
    0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * TANH_SCALE * (1.0 + 3.0 * 0.044_715 * x * x)
}

/// The derivative of its form by the logistic function.
fn by_sigmoid(x: f64, factor: f64) -> f64 {
    let s = 1.0 / (1.0 + libm::exp(-factor * x));
    s + factor * x * s * (1.0 - s)
}
