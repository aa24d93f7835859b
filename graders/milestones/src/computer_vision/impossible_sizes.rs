//! What cannot be answered gives a fault that says so.

use tito_grade::Hint;
use tito_judge::{Findings, advice, describe};
use tito_sandbox::{Fault, HostError, Layer, Mode, Outcome};
use tito_tensor::{Shape, Tensor};

use super::windows::{Pair, conv, places, window};
use crate::{Context, faults, milestone::Found};

/// Images that do not fit the layer, and layers that cannot be.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut findings = Findings::default();
    for (layer, shape) in unfit() {
        let input = Tensor::zeros(shape);
        let asked = format!("{} on input {}", describe(&[layer]), input.shape());
        let (outcome, usage) = context.examiner().with_guest(|guest| {
            guest.build(&[layer], 7)?.then(|model| guest.forward(model, &input, Mode::Inference))
        })?;
        findings.used(usage);
        findings.question(asked, faults::mismatch(&outcome.map(|_| ())));
    }
    let image = Tensor::zeros([1, 2, 6, 6]);
    for layer in impossible() {
        // Whether `build` says so or, with its first image, `forward` is a matter of taste.
        let (outcome, usage) = context.examiner().with_guest(|guest| {
            guest.build(&[layer], 7)?.then(|model| guest.forward(model, &image, Mode::Inference))
        })?;
        findings.used(usage);
        findings.question(describe(&[layer]), came_back(&outcome.map(|_| ())));
    }
    Ok(Found::Cases(findings))
}

fn layers(kernel: Pair, stride: Pair, padding: Pair) -> [Layer; 3] {
    let window = window(kernel, stride, padding);
    [Layer::Conv2d(conv([2, 3], window, true)), Layer::MaxPool2d(window), Layer::AveragePool2d(window)]
}

/// Layers, and images that are too small for the kernel, of another rank, or of other channels.
fn unfit() -> Vec<(Layer, Shape)> {
    let small = layers((4, 3), (1, 1), (0, 0)).map(|layer| (layer, Shape::from([2, 2, 3, 5])));
    assert!(small.iter().all(|(layer, _)| places(layer, [3, 5]).is_none()), "the kernel fits");
    let narrow = layers((1, 6), (2, 2), (0, 1)).map(|layer| (layer, Shape::from([1, 2, 5, 3])));
    let flat = layers((2, 2), (1, 1), (0, 0)).map(|layer| (layer, Shape::from([4, 6])));
    let [convolution, ..] = layers((2, 2), (1, 1), (0, 0));
    let channels = [1, 3, 4].map(|channels| (convolution, Shape::from([2, channels, 5, 5])));
    small.into_iter().chain(narrow).chain(flat).chain(channels).collect()
}

/// Layers with a kernel of no extent, or that do not move.
fn impossible() -> Vec<Layer> {
    let still = layers((2, 2), (0, 1), (0, 0));
    let empty = layers((2, 0), (1, 1), (0, 0));
    still.into_iter().chain(empty).collect()
}

/// What came back other than a fault that says what is wrong with the layer.
fn came_back(outcome: &Outcome<()>) -> Option<(String, Option<Hint>)> {
    let (misconception, text) = match outcome {
        Outcome::Fault(Fault::InvalidArgument(_) | Fault::ShapeMismatch(_)) => return None,
        Outcome::Answer(()) => (
            "impossible-layer-accepted",
            "No window has a stride or an extent of 0. Say so in `build`, before a division does.",
        ),
        Outcome::Trap(_) => (
            "impossible-layer-traps",
            "A panic ends the whole guest. Look at kernel and stride in `build` and return `invalid-argument`.",
        ),
        other => return Some((other.to_string(), advice(other))),
    };
    Some((outcome.to_string(), Some(Hint { misconception: misconception.into(), advice: text.into() })))
}
