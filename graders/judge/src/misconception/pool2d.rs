//! What goes wrong in pooling, apart from its window.

use tito_kernels::{Judged, Wide};
use tito_sandbox::Layer;

use super::{Misconception, images::Parts};
use crate::Case;

pub(super) const MISCONCEPTIONS: &[Misconception] = &[
    Misconception {
        name: "max-pool-zero-padding",
        advice: "The padding counts as 0, so that no maximum at the edge is negative. In max-pool it counts as minus \
                 infinity: it is never the largest.",
        answers: &[zero_padding],
    },
    Misconception {
        name: "max-pool-averages",
        advice: "The answer is each window's mean. Max-pool gives its largest element.",
        answers: &[|case| other(max_parts(case)?), |case| over_seen(max_parts(case)?)],
    },
    Misconception {
        name: "average-pool-takes-largest",
        advice: "The answer is each window's largest element. Average-pool gives its mean.",
        answers: &[|case| other(average_parts(case)?)],
    },
    Misconception {
        name: "average-pool-sums",
        advice: "The answer is each window's sum. Divide it by the size of the window.",
        answers: &[sums],
    },
    Misconception {
        name: "average-pool-padding-left-out",
        advice: "Windows at the edge are divided by the number of their elements that lie in the image. They are \
                 always divided by the size of the window; what lies outside counts as 0.",
        answers: &[|case| over_seen(average_parts(case)?)],
    },
];

fn max_parts(case: &Case) -> Option<Parts> {
    Parts::of(case).filter(|parts| matches!(parts.layer, Layer::MaxPool2d(_)))
}

fn average_parts(case: &Case) -> Option<Parts> {
    Parts::of(case).filter(|parts| matches!(parts.layer, Layer::AveragePool2d(_)))
}

fn zero_padding(case: &Case) -> Option<Judged> {
    let parts = max_parts(case)?;
    let padding = parts.window.padding;
    parts.padded(padding, padding, 0.0)?.answer()
}

/// The answer of the other pooling.
fn other(mut parts: Parts) -> Option<Judged> {
    parts.layer = match parts.layer {
        Layer::MaxPool2d(spec) => Layer::AveragePool2d(spec),
        Layer::AveragePool2d(spec) => Layer::MaxPool2d(spec),
        _ => return None,
    };
    parts.answer()
}

fn sums(case: &Case) -> Option<Judged> {
    let parts = average_parts(case)?;
    let [height, width] = parts.window.kernel.map(f64::from);
    scaled(&parts.answer()?, |_| height * width)
}

/// Means over what of each window lies in the image.
fn over_seen(mut parts: Parts) -> Option<Judged> {
    if let Layer::MaxPool2d(spec) = parts.layer {
        parts.layer = Layer::AveragePool2d(spec);
    }
    let answer = parts.answer()?;
    parts.input = Wide::new(parts.input.shape().clone(), vec![1.0; parts.input.data().len()]).ok()?;
    let seen = parts.answer()?;
    scaled(&answer, |at| 1.0 / seen.value.data()[at])
}

/// The answer with every element times a number that depends on its place.
fn scaled(answer: &Judged, times: impl Fn(usize) -> f64) -> Option<Judged> {
    let all = |data: &[f64]| data.iter().enumerate().map(|(at, x)| x * times(at)).collect::<Vec<_>>();
    let value = Wide::new(answer.value.shape().clone(), all(answer.value.data())).ok()?;
    Some(Judged { value, gauge: all(&answer.gauge), terms: answer.terms })
}
