//! What goes wrong in the tables of tokens and of places.

use tito_kernels::{Judged, Wide};
use tito_sandbox::Layer;

use super::{Misconception, nearly};
use crate::{Case, case::wide};

pub(super) const MISCONCEPTIONS: &[Misconception] = &[
    Misconception {
        name: "tokens-off-by-one",
        advice: "Tokens have another token's row. Token t has row t of the table, counted from 0.",
        answers: &[
            |case| tokens(case, |token, entries| (token + 1) % entries),
            |case| tokens(case, |token, entries| (token + entries - 1) % entries),
        ],
    },
    Misconception {
        name: "positions-missing",
        advice: "The input came back as it was. The table's row of each place is added to it.",
        answers: &[|case| places(case, |_, _| None)],
    },
    Misconception {
        name: "positions-off-by-one",
        advice: "Places have another place's row. Place t of a sequence has row t of the table, counted from 0.",
        answers: &[
            |case| places(case, |[_, place], rows| Some((place + 1).min(rows - 1))),
            |case| places(case, |[_, place], rows| Some((place + 1) % rows)),
            |case| places(case, |[_, place], rows| (place + 1 < rows).then_some(place + 1)),
            |case| places(case, |[_, place], _| Some(place.saturating_sub(1))),
            |case| places(case, |[_, place], _| place.checked_sub(1)),
        ],
    },
    Misconception {
        name: "positions-of-the-batch",
        advice: "Every sequence has one row for all of its places, or places are counted on from one sequence to the next. They \
                 are counted from 0 in each.",
        answers: &[
            |case| places(case, |[text, _], rows| Some(text % rows)),
            |case| {
                let length = *case.input.shape().extents().get(1)? as usize;
                places(case, |[text, place], rows| Some((text * length + place) % rows))
            },
        ],
    },
];

/// The rows of other tokens.
fn tokens(case: &Case, row: impl Fn(usize, usize) -> usize) -> Option<Judged> {
    let [Layer::TokenEmbedding(spec)] = case.layers.as_slice() else { return None };
    let (table, width) = (Wide::from(case.parameters.first()?), spec.width as usize);
    let rows = case.input.data().iter().map(|&token| row(token as usize, spec.entries as usize));
    let data = rows.flat_map(|row| table.data()[row * width..][..width].to_vec()).collect();
    Some(Judged::exact(Wide::new(case.expected.value.shape().clone(), data).ok()?))
}

/// The input with other rows added, or none.
fn places(case: &Case, row: impl Fn([usize; 2], usize) -> Option<usize>) -> Option<Judged> {
    let [Layer::PositionEmbedding(spec)] = case.layers.as_slice() else { return None };
    let (input, parameters) = (Wide::from(&case.input), wide(&case.parameters));
    let (length, width) = (*input.shape().extents().get(1)? as usize, spec.width as usize);
    let added = |at: usize| {
        let place = at / width;
        let row = row([place / length, place % length], spec.entries as usize);
        row.map_or(0.0, |row| parameters[0].data()[row * width + at % width])
    };
    let data = input.data().iter().enumerate().map(|(at, x)| x + added(at)).collect();
    Some(nearly(case, Wide::new(input.shape().clone(), data).ok()?))
}
