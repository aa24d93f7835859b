//! Attention, with a view of everything and of what came before alone, and its gradients.

use tito_judge::{Case, Draw, Exercise, Findings, Kind, audited};
use tito_kernels::{Wide, dense};
use tito_sandbox::{AttentionSpec, HostError, Layer};
use tito_tensor::{Shape, Tensor};

use super::drawn;
use crate::{
    Context,
    advanced_vision::sweep::{self, Sweep},
    milestone::Found,
};

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

/// The extents of the GPTs that learn, and one place more than they have: loops over tiles go wrong where there are several
/// tiles, and a rest.
const LEARNT: [([u32; 2], [u32; 2]); 2] = [([4, 16], [1, 33]), ([4, 8], [1, 25])];

/// Heads, features and places where scores are large.
const LARGE: [([u32; 2], [u32; 2]); 2] = [([2, 4], [1, 3]), ([1, 8], [2, 2])];

/// What queries are multiplied by there: scores near 1 come out in the hundreds.
const BY: f32 = 300.0;

/// The exponential of a score beyond this is infinite in f32.
const OVERFLOW: f64 = 100.0;

/// How far each query's largest score is ahead of the next, so that its weight is 1 whatever is rounded.
const AHEAD: f64 = 25.0;

/// How often a layer is drawn again before the generator is held to be broken.
const ATTEMPTS: usize = 10_000;

/// How the work grows with the length of a sequence: shown, since what is right may be of a higher power than what is good.
const LENGTHS: Sweep = Sweep {
    name: "length",
    sizes: [8, 16, 24, 32, 64, 96, 128, 192],
    layer: |length| {
        let spec = AttentionSpec { width: 16, heads: 2, causal: true };
        (Layer::Attention(spec), Shape::from([1, length, 16]))
    },
};

/// Every place sees all places.
pub(super) fn whole(context: &Context<'_>) -> Result<Found, HostError> {
    Ok(Found::Cases(forward(context, "5/attention", false)?))
}

/// Every place sees itself and those before it.
pub(super) fn causal(context: &Context<'_>) -> Result<Found, HostError> {
    let mut findings = forward(context, "5/attention-causal", true)?;
    let mut draw = context.seed.draw("5/attention-length");
    if let Ok(grown) = LENGTHS.grown(context, &mut draw, &mut findings)? {
        findings.measured("length_exponent", grown.exponent.value);
        findings.tabulated(sweep::table(vec![grown.row(LENGTHS.name)]));
    }
    Ok(Found::Cases(findings))
}

fn forward(context: &Context<'_>, purpose: &str, causal: bool) -> Result<Findings, HostError> {
    let mut draw = context.seed.draw(purpose);
    let mut cases: Vec<_> = SETTINGS
        .into_iter()
        .chain(LEARNT)
        .map(|(heads, sequences)| {
            audited(|| {
                let (layer, parameters, input) = drawn(&mut draw, heads, sequences, causal);
                Case::of_layer(layer, parameters, input, Kind::Random).rehearsed(&mut draw)
            })
        })
        .collect();
    cases.extend(LARGE.map(|(heads, sequences)| audited(|| large(&mut draw, heads, sequences, causal))));
    context.examiner().examine(&cases)
}

/// Scores whose exponentials overflow, of which one is far ahead of the others.
///
/// # Panics
///
/// If none of ten thousand layers has such.
fn large(draw: &mut Draw, heads: [u32; 2], sequences: [u32; 2], causal: bool) -> Case {
    let attempt = |_| {
        let (layer, mut parameters, input) = drawn(draw, heads, sequences, causal);
        parameters[..2].iter_mut().flat_map(Tensor::data_mut).for_each(|x| *x *= BY);
        let rows = scores(&input, &parameters, heads, causal);
        let is_ahead = |row: &Vec<f64>| row.len() < 2 || row[0] - row[1] > AHEAD;
        let is_large = rows.iter().any(|row| row[0] > OVERFLOW) && rows.iter().all(is_ahead);
        is_large.then(|| Case::of_layer(layer, parameters, input, Kind::Extreme))
    };
    (0..ATTEMPTS).find_map(attempt).expect("some layers have such scores")
}

/// The scores of every query and head, the largest first.
fn scores(input: &Tensor, parameters: &[Tensor], [heads, size]: [u32; 2], causal: bool) -> Vec<Vec<f64>> {
    let wide = |tensor: &Tensor| Wide::from(tensor);
    let projected = |at: usize| {
        let judged = dense::oracle(&wide(input), &wide(&parameters[at]), Some(&wide(&parameters[at + 1])));
        judged.expect("the host's own shapes fit").value
    };
    let (query, key, size) = (projected(0), projected(2), size as usize);
    let (width, length) = (heads as usize * size, input.shape().extents()[1] as usize);
    let row = |query_row: usize, head: usize| {
        let (text, place) = (query_row / length, query_row % length);
        let seen = if causal { place + 1 } else { length };
        let of =
            |projection: &Wide, row: usize| projection.data()[row * width + head * size..][..size].to_vec();
        let own = of(&query, query_row);
        let score = |other: usize| {
            let products = own.iter().zip(of(&key, text * length + other)).map(|(q, k)| q * k);
            products.sum::<f64>() / libm::sqrt(size as f64)
        };
        let mut scores: Vec<f64> = (0..seen).map(score).collect();
        scores.sort_by(|one, other| other.total_cmp(one));
        scores
    };
    let rows = 0..input.data().len() / width;
    rows.flat_map(|query| (0..heads as usize).map(move |head| (query, head)))
        .map(|(q, h)| row(q, h))
        .collect()
}

/// The gradients of the input and of all eight parameters, either way. Of the extents that learn, the bounds of queries and keys
/// let half precision pass, so that these are not audited: a tile that is left out is beyond any bound.
pub(super) fn backward(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/backward-attention");
    let either = || [true, false].into_iter().cycle();
    let mut exercises = Vec::new();
    for ((heads, sequences), causal) in SETTINGS.into_iter().zip(either()) {
        exercises.push(audited(|| exercise(&mut draw, heads, sequences, causal)));
    }
    for ((heads, sequences), causal) in LEARNT.into_iter().zip(either()) {
        exercises.push(exercise(&mut draw, heads, sequences, causal));
    }
    Ok(Found::Cases(context.examiner().ask_each(&exercises, Exercise::ask)?))
}

fn exercise(draw: &mut Draw, heads: [u32; 2], sequences: [u32; 2], causal: bool) -> Exercise {
    let (layer, parameters, input) = drawn(draw, heads, sequences, causal);
    let shape = input.shape().clone();
    let gradient = draw.normals(shape.clone(), 1.0);
    Exercise::backward(layer, parameters, input, gradient, Kind::Random)
        .rehearsed(draw, |draw| draw.normals(shape.clone(), 1.0))
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
