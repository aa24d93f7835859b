//! Position embedding: to every place the table's row of that place, and the gradient back to both.

use tito_judge::{Case, Draw, Exercise, Kind, audited};
use tito_sandbox::{EmbeddingSpec, HostError, Layer};
use tito_tensor::Tensor;

use crate::{Context, milestone::Found, shapes::wide_extent};

/// Rows of the table, and sequences of so many places.
const SETTINGS: [(u32, [u32; 2]); 6] =
    [(4, [2, 4]), (7, [3, 5]), (16, [1, 16]), (9, [2, 2]), (5, [3, 1]), (33, [2, 17])];

/// Sequences that are as long as the table, and shorter ones, of numbers and of integers.
pub(super) fn forward(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/position-embedding");
    let cases: Vec<_> = settings()
        .map(|((entries, shape), kind)| {
            audited(|| {
                let (layer, shape) = layer(&mut draw, entries, shape);
                let table = numbers(&mut draw, kind, [entries, shape[2]].to_vec());
                let input = numbers(&mut draw, kind, shape.to_vec());
                Case::of_layer(layer, vec![table], input, kind).rehearsed(&mut draw)
            })
        })
        .collect();
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// The table's gradient is a sum over the sequences, the input's is the output's.
pub(super) fn backward(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/backward-position-embedding");
    let exercises: Vec<_> = settings()
        .map(|((entries, [texts, length]), kind)| {
            audited(|| {
                let (layer, shape) = layer(&mut draw, entries, [texts + 1, length]);
                let table = numbers(&mut draw, kind, [entries, shape[2]].to_vec());
                let [input, gradient] = [(); 2].map(|()| numbers(&mut draw, kind, shape.to_vec()));
                Exercise::backward(layer, vec![table], input, gradient, kind)
                    .rehearsed(&mut draw, |draw| draw.normals(shape, 1.0))
            })
        })
        .collect();
    Ok(Found::Cases(context.examiner().ask_each(&exercises, Exercise::ask)?))
}

fn settings() -> impl Iterator<Item = ((u32, [u32; 2]), Kind)> {
    SETTINGS.into_iter().zip([Kind::Random, Kind::Integers].into_iter().cycle())
}

fn layer(draw: &mut Draw, entries: u32, [texts, length]: [u32; 2]) -> (Layer, [u32; 3]) {
    let width = wide_extent(draw);
    (Layer::PositionEmbedding(EmbeddingSpec { entries, width }), [texts, length, width])
}

fn numbers(draw: &mut Draw, kind: Kind, shape: Vec<u32>) -> Tensor {
    match kind {
        Kind::Integers => draw.integers(shape, 8),
        _ => draw.normals(shape, 1.0),
    }
}
