//! A transformer block, its norms in front, and its gradients.

use tito_judge::{Case, Draw, Exercise, Kind, audited, is_seen_by_sampling};
use tito_sandbox::{BlockSpec, HostError, Layer};
use tito_tensor::Tensor;

use super::drawn;
use crate::{Context, milestone::Found};

/// Heads, the features of each, the expansion, and sequences of so many places.
const SETTINGS: [([u32; 3], [u32; 2]); 5] = [
    ([1, 4, 2], [2, 3]),
    ([2, 3, 4], [1, 5]),
    ([3, 4, 1], [2, 4]),
    ([2, 4, 3], [1, 11]),
    ([4, 2, 2], [3, 2]),
];

/// How often a block is drawn again before the generator is held to be broken.
const ATTEMPTS: usize = 1_000;

/// Sequences of several lengths, one place alone among them.
pub(super) fn forward(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/transformer-block");
    let alone = [([2, 3, 2], [2, 1])];
    let cases: Vec<_> = SETTINGS
        .into_iter()
        .chain(alone)
        .map(|(block, sequences)| {
            audited(|| {
                let (layer, parameters, input) = drawn(&mut draw, block, sequences);
                Case::of_layer(layer, parameters, input, Kind::Random).rehearsed(&mut draw)
            })
        })
        .collect();
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// The gradients of the input and of all sixteen parameters. A place alone is not asked for: there the gradients of queries
/// and keys are zero, for which a condition that is sampled lets no rounding pass.
pub(super) fn backward(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/backward-transformer-block");
    let exercises = SETTINGS.map(|(block, sequences)| {
        let mut exercise = || {
            let (layer, parameters, input) = drawn(&mut draw, block, sequences);
            let shape = input.shape().clone();
            let gradient = draw.normals(shape.clone(), 1.0);
            Exercise::backward(layer, parameters, input, gradient, Kind::Random)
                .rehearsed(&mut draw, |draw| draw.normals(shape.clone(), 1.0))
        };
        let is_seen = |exercise: &Exercise| is_seen_by_sampling(&[exercise.layer], &exercise.expected);
        audited(|| {
            let found = (0..ATTEMPTS).map(|_| exercise()).find(is_seen);
            found.expect("most blocks are seen by sampling")
        })
    });
    Ok(Found::Cases(context.examiner().ask_each(&exercises, Exercise::ask)?))
}

fn drawn(
    draw: &mut Draw,
    [heads, size, expansion]: [u32; 3],
    [texts, length]: [u32; 2],
) -> (Layer, Vec<Tensor>, Tensor) {
    let width = heads * size;
    let layer = Layer::TransformerBlock(BlockSpec { width, heads, expansion });
    let parameters = drawn::parameters(draw, &layer);
    (layer, parameters, draw.normals([texts, length, width], 1.0))
}
