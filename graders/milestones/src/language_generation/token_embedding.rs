//! Token embedding: a row of the table for every token, exactly, and its gradient back to the row.

use tito_judge::{Case, Draw, Exercise, Kind, audited};
use tito_sandbox::{EmbeddingSpec, HostError, Layer};
use tito_tensor::Tensor;

use super::drawn;
use crate::{Context, milestone::Found, shapes::wide_extent};

/// Tables of this many rows, with texts of so many tokens.
const SETTINGS: [(u32, [u32; 2]); 5] = [(2, [1, 3]), (5, [2, 1]), (17, [3, 7]), (64, [1, 16]), (300, [2, 5])];

/// Tables and texts of several sizes, with the first and the last row among the tokens.
pub(super) fn forward(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/token-embedding");
    let cases = SETTINGS.map(|(entries, shape)| {
        audited(|| {
            let layer = layer(&mut draw, entries);
            let parameters = drawn::parameters(&mut draw, &layer);
            let tokens = tokens(&mut draw, entries, shape);
            Case::of_layer(layer, parameters, tokens, Kind::Random)
                .rehearsed_with(&mut draw, |draw| draw.tokens(shape, entries))
        })
    });
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// Texts in which tokens come more than once, so that gradients meet, of numbers and of integers.
pub(super) fn backward(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/backward-token-embedding");
    let settings = [(3, [2, 6]), (5, [3, 5]), (11, [2, 9]), (2, [1, 5])]
        .into_iter()
        .zip([Kind::Random, Kind::Integers].into_iter().cycle());
    let exercises: Vec<_> = settings
        .map(|((entries, shape), kind)| {
            audited(|| {
                let layer = layer(&mut draw, entries);
                let Layer::TokenEmbedding(EmbeddingSpec { width, .. }) = layer else {
                    unreachable!("it is one")
                };
                let parameters = drawn::parameters(&mut draw, &layer);
                let gradient = match kind {
                    Kind::Integers => draw.integers([shape[0], shape[1], width], 8),
                    _ => draw.normals([shape[0], shape[1], width], 1.0),
                };
                let tokens = tokens(&mut draw, entries, shape);
                Exercise::backward(layer, parameters, tokens, gradient, kind)
                    .rehearsed(&mut draw, |draw| draw.tokens(shape, entries))
            })
        })
        .collect();
    Ok(Found::Cases(context.examiner().ask_each(&exercises, Exercise::ask)?))
}

fn layer(draw: &mut Draw, entries: u32) -> Layer {
    Layer::TokenEmbedding(EmbeddingSpec { entries, width: wide_extent(draw) })
}

fn tokens(draw: &mut Draw, entries: u32, shape: [u32; 2]) -> Tensor {
    let mut tokens = draw.tokens(shape, entries);
    let count = tokens.data().len() as u64;
    for token in [0, entries - 1] {
        tokens.data_mut()[draw.below(count) as usize] = token as f32;
    }
    tokens
}
