//! What goes wrong in the gradients of layers without parameters.

use tito_kernels::{Judged, Wide, softmax};
use tito_sandbox::Layer;

use super::{Bug, Parts, mapped, roughly};
use crate::{Exercise, Given};

pub(in crate::misconception) const MISCONCEPTIONS: &[Bug] = &[
    Bug {
        name: "relu-mask-missing",
        advice: "The gradient passes where the input was negative, too. There ReLU is constant, and its gradient 0.",
        answers: &[|exercise| of(exercise, Layer::Relu, |_, dy| dy)],
    },
    Bug {
        name: "relu-mask-of-the-gradient",
        advice: "What is cut is the negative part of the gradient. The mask is that of the input: the gradient passes where \
                 the input was positive, whatever its own sign.",
        answers: &[
            |exercise| of(exercise, Layer::Relu, |_, dy| dy.max(0.0)),
            |exercise| of(exercise, Layer::Relu, |x, dy| if x > 0.0 { dy.max(0.0) } else { 0.0 }),
        ],
    },
    Bug {
        name: "derivative-alone",
        advice: "The answer is the layer's derivative. By the chain rule it is multiplied by the gradient of the output.",
        answers: &[
            |exercise| of(exercise, Layer::Relu, |x, _| if x > 0.0 { 1.0 } else { 0.0 }),
            |exercise| of(exercise, Layer::Sigmoid, |x, _| sigmoid(x) * sigmoid(-x)),
            |exercise| of(exercise, Layer::Tanh, |x, _| 1.0 - libm::tanh(x).powi(2)),
        ],
    },
    Bug {
        name: "sigmoid-derivative-at-the-input",
        advice: "The derivative is x (1 - x), of the input. Sigmoid's is y (1 - y), of its output.",
        answers: &[|exercise| of(exercise, Layer::Sigmoid, |x, dy| dy * x * (1.0 - x))],
    },
    Bug {
        name: "tanh-derivative-at-the-input",
        advice: "The derivative is 1 - x^2, of the input. That of tanh is 1 - y^2, of its output.",
        answers: &[|exercise| of(exercise, Layer::Tanh, |x, dy| dy * (1.0 - x * x))],
    },
    Bug {
        name: "activation-applied-twice",
        advice: "The derivative is taken at the output as if that were the input: the function was applied twice. Give it the \
                 input, or use the formula for the output.",
        answers: &[
            |exercise| {
                of(exercise, Layer::Sigmoid, |x, dy| {
                    let y = sigmoid(x);
                    dy * sigmoid(y) * sigmoid(-y)
                })
            },
            |exercise| of(exercise, Layer::Tanh, |x, dy| dy * (1.0 - libm::tanh(libm::tanh(x)).powi(2))),
        ],
    },
    Bug {
        name: "tanh-derivative-without-square",
        advice: "The derivative is 1 - y. That of tanh is 1 - y^2, of its output y.",
        answers: &[|exercise| of(exercise, Layer::Tanh, |x, dy| dy * (1.0 - libm::tanh(x)))],
    },
    Bug {
        name: "softmax-diagonal-only",
        advice: "Every element has p (1 - p) times its own gradient. A softmax depends on the whole row: the gradient is \
                 p (dy - sum of p dy).",
        answers: &[
            |exercise| by_row(exercise, |p, dy, _| p * (1.0 - p) * dy),
            |exercise| by_row(exercise, |p, dy, _| p * dy),
        ],
    },
    Bug {
        name: "softmax-gradient-unweighted",
        advice: "The probability in front is missing. The gradient is p (dy - sum of p dy).",
        answers: &[|exercise| by_row(exercise, |_, dy, mean| dy - mean)],
    },
    Bug {
        name: "flatten-gradient-flat",
        advice: "The gradient has the output's shape. It has the input's: what `forward` has flattened, `backward` gives its \
                 shape again.",
        answers: &[|exercise| {
            let parts = Parts::of(exercise).filter(|parts| parts.layer == Layer::Flatten)?;
            Some(Judged::exact(parts.gradient).into())
        }],
    },
];

fn of(exercise: &Exercise, layer: Layer, image: impl Fn(f64, f64) -> f64) -> Option<Given> {
    if exercise.layer == layer { mapped(exercise, image) } else { None }
}

/// The image of every element's probability, its gradient, and its row's mean gradient.
fn by_row(exercise: &Exercise, image: impl Fn(f64, f64, f64) -> f64) -> Option<Given> {
    let parts = Parts::of(exercise).filter(|parts| parts.layer == Layer::Softmax)?;
    let p = softmax::oracle(&parts.input).value;
    let width = p.shape().last()?.max(1);
    let rows = p.data().chunks(width).zip(parts.gradient.data().chunks(width));
    let row = |(p, dy): (&[f64], &[f64])| -> Vec<f64> {
        let mean: f64 = p.iter().zip(dy).map(|(p, dy)| p * dy).sum();
        p.iter().zip(dy).map(|(&p, &dy)| image(p, dy, mean)).collect()
    };
    let data = rows.flat_map(row).collect();
    Some(roughly(Wide::new(p.shape().clone(), data).ok()?).into())
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}
