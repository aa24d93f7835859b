//! What cannot be answered gives a fault that says so.

use tito_grade::Hint;
use tito_judge::{Findings, advice, describe};
use tito_sandbox::{Called, Fault, Guest, HostError, Layer, Mode, Outcome};
use tito_tensor::{Shape, Tensor};

use super::windows::{Pair, conv, places, window};
use crate::{
    Context,
    faults::{self, CameBack},
    milestone::Found,
};

/// Images that do not fit the layer, and layers that cannot be. Each is asked of one who answers what can be answered:
/// whoever refuses everything has refused nothing.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut findings = Findings::default();
    for (layer, shape) in unfit() {
        let unfit = Tensor::zeros(shape);
        let asked = format!("{} on input {}", describe(&[layer]), unfit.shape());
        let ask = |guest: &mut dyn Guest| forward(guest, layer, &unfit);
        question(context, &mut findings, asked, layer, ask, faults::mismatch)?;
    }
    for (possible, layer) in impossible() {
        // Whether `build` says so or, with its first image, `forward` is a matter of taste.
        let ask = |guest: &mut dyn Guest| forward(guest, layer, &image());
        question(context, &mut findings, describe(&[layer]), possible, ask, came_back)?;
    }
    Ok(Found::Cases(findings))
}

/// An image that fits every layer here that can be.
fn image() -> Tensor {
    Tensor::zeros([1, 2, 8, 8])
}

fn forward(guest: &mut dyn Guest, layer: Layer, input: &Tensor) -> Called<Tensor> {
    guest.build(&[layer], 7)?.then(|model| guest.forward(model, input, Mode::Inference))
}

/// Asks one guest first what `possible` answers to the image, then what cannot be answered.
fn question(
    context: &Context<'_>,
    findings: &mut Findings,
    asked: String,
    possible: Layer,
    ask: impl FnOnce(&mut dyn Guest) -> Called<Tensor>,
    judge: impl FnOnce(&Outcome<()>) -> CameBack,
) -> Result<(), HostError> {
    let mut before = None;
    let (outcome, usage) = context.examiner().with_guest(|guest| {
        before = unanswered(&possible, &forward(guest, possible, &image())?);
        ask(guest)
    })?;
    findings.used(usage);
    findings.question(asked, before.or_else(|| judge(&outcome.map(|_| ()))));
    Ok(())
}

/// What came back other than an answer. Which one is for the other checks.
fn unanswered(layer: &Layer, outcome: &Outcome<Tensor>) -> CameBack {
    let words = || format!("already {} on an image that fits gives {outcome}", describe(&[*layer]));
    (!matches!(outcome, Outcome::Answer(_))).then(|| (words(), advice(outcome)))
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

/// Layers that do not move or with a kernel of no extent, each beside one that does or has.
fn impossible() -> Vec<(Layer, Layer)> {
    let still = layers((2, 2), (1, 1), (0, 0)).into_iter().zip(layers((2, 2), (0, 1), (0, 0)));
    let empty = layers((2, 1), (1, 1), (0, 0)).into_iter().zip(layers((2, 0), (1, 1), (0, 0)));
    still.chain(empty).collect()
}

/// What came back other than a fault that says what is wrong with the layer.
fn came_back(outcome: &Outcome<()>) -> CameBack {
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
