//! Attention, with a view of everything and of what came before alone, and its gradients.

use tito_judge::{Case, Draw, Exercise, Kind, audited};
use tito_sandbox::{AttentionSpec, HostError, Layer};
use tito_tensor::Tensor;

use super::drawn;
use crate::{Context, milestone::Found};

/// Heads, the features of each, and sequences of so many places. One of each is among them, and primes.
const SETTINGS: [([u32; 2], [u32; 2]); 7] = [
    ([1, 4], [2, 3]),
    ([2, 3], [1, 5]),
    ([3, 2], [2, 4]),
    ([4, 4], [1, 13]),
    ([2, 5], [3, 1]),
    ([5, 1], [2, 7]),
    ([2, 8], [1, 17]),
];

/// Every place sees all places.
pub(super) fn whole(context: &Context<'_>) -> Result<Found, HostError> {
    forward(context, "5/attention", false)
}

/// Every place sees itself and those before it.
pub(super) fn causal(context: &Context<'_>) -> Result<Found, HostError> {
    forward(context, "5/attention-causal", true)
}

fn forward(context: &Context<'_>, purpose: &str, causal: bool) -> Result<Found, HostError> {
    let mut draw = context.seed.draw(purpose);
    let cases = SETTINGS.map(|(heads, sequences)| {
        audited(|| {
            let (layer, parameters, input) = drawn(&mut draw, heads, sequences, causal);
            Case::of_layer(layer, parameters, input, Kind::Random).rehearsed(&mut draw)
        })
    });
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// The gradients of the input and of all eight parameters, either way.
pub(super) fn backward(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/backward-attention");
    let settings = SETTINGS.into_iter().zip([true, false].into_iter().cycle());
    let exercises: Vec<_> = settings
        .map(|((heads, sequences), causal)| {
            audited(|| {
                let (layer, parameters, input) = drawn(&mut draw, heads, sequences, causal);
                let shape = input.shape().clone();
                let gradient = draw.normals(shape.clone(), 1.0);
                Exercise::backward(layer, parameters, input, gradient, Kind::Random)
                    .rehearsed(&mut draw, |draw| draw.normals(shape.clone(), 1.0))
            })
        })
        .collect();
    Ok(Found::Cases(context.examiner().ask_each(&exercises, Exercise::ask)?))
}

fn drawn(
    draw: &mut Draw,
    [heads, size]: [u32; 2],
    [texts, length]: [u32; 2],
    causal: bool,
) -> (Layer, Vec<Tensor>, Tensor) {
    let width = heads * size;
    let layer = Layer::Attention(AttentionSpec { width, heads, causal });
    let parameters = drawn::parameters(draw, &layer);
    (layer, parameters, draw.normals([texts, length, width], 1.0))
}
