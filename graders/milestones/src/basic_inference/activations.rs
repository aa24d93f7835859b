//! ReLU, sigmoid and tanh, and the last two where careless formulas overflow.

use tito_judge::{Case, Draw, Kind, audited};
use tito_sandbox::{HostError, Layer};
use tito_tensor::Tensor;

use crate::shapes::shape;
use crate::{Context, milestone::Found};

/// Each rank from 1 to 4 twice.
const RANKS: [usize; 8] = [1, 2, 2, 3, 4, 1, 3, 2];

/// Where the exponentials of f32 overflow (88.7) and underflow (-103.3), of their squares (44.4), and far beyond.
const EXTREMES: [f32; 12] =
    [44.0, 45.0, 60.0, 88.0, 89.0, 100.0, 104.0, 150.0, 710.0, 1_000.0, 9_999.0, 10_000.0];

/// Awkward numbers, large ones among them.
pub(super) fn relu(context: &Context<'_>) -> Result<Found, HostError> {
    moderate(context, Layer::Relu, |draw, shape| draw.awkward(shape, 1e6))
}

/// Numbers up to 12 in size.
pub(super) fn sigmoid(context: &Context<'_>) -> Result<Found, HostError> {
    moderate(context, Layer::Sigmoid, |draw, shape| draw.uniforms(shape, 12.0))
}

/// Numbers up to 6 in size.
pub(super) fn tanh(context: &Context<'_>) -> Result<Found, HostError> {
    moderate(context, Layer::Tanh, |draw, shape| draw.uniforms(shape, 6.0))
}

/// Sigmoid and tanh up to 10,000, with moderate numbers beside them.
pub(super) fn saturation(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/saturation");
    let cases: Vec<_> = [Layer::Sigmoid, Layer::Tanh, Layer::Sigmoid, Layer::Tanh]
        .into_iter()
        .map(|layer| audited(|| Case::of_layer(layer, Vec::new(), extreme(&mut draw), Kind::Extreme)))
        .collect();
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

fn moderate(
    context: &Context<'_>,
    layer: Layer,
    input: impl Fn(&mut Draw, Vec<u32>) -> Tensor,
) -> Result<Found, HostError> {
    let mut draw = context.seed.draw(&format!("1/{layer:?}"));
    let mut case = |rank| {
        let shape = shape(&mut draw, rank);
        Case::of_layer(layer, Vec::new(), input(&mut draw, shape), Kind::Random).rehearsed(&mut draw)
    };
    let cases: Vec<_> = RANKS.iter().map(|&rank| audited(|| case(rank))).collect();
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// Every extreme with both signs, and as many moderate numbers, in a drawn order.
fn extreme(draw: &mut Draw) -> Tensor {
    let moderate: Vec<f32> = (0..2 * EXTREMES.len()).map(|_| (draw.normal() * 2.0) as f32).collect();
    let numbers: Vec<f32> = EXTREMES.iter().flat_map(|&x| [x, -x]).chain(moderate).collect();
    let order = draw.permutation(numbers.len());
    Tensor::from_fn([4, numbers.len() as u32 / 4], |i| numbers[order[i]])
}
