//! Pooling: maxima exactly, however small they are; means to the bound, and exactly where the window has a power of two elements.

use tito_judge::{Case, Draw, Kind, audited};
use tito_sandbox::{HostError, Layer, Pool2dSpec};
use tito_tensor::Tensor;

use super::windows::{batch, distinct, image, window};
use crate::{Context, milestone::Found};

const MAX_KINDS: [Kind; 3] = [Kind::Integers, Kind::Random, Kind::Extreme];
/// 2¹⁰⁰.
const LARGE: f32 = (1u128 << 100) as f32;

const AVERAGE_KINDS: [Kind; 2] = [Kind::Integers, Kind::Random];

/// Max-pool without padding.
pub(super) fn max(context: &Context<'_>) -> Result<Found, HostError> {
    examined(context, "2/max-pool2d", &bare(), &MAX_KINDS, max_case)
}

/// Max-pool with padding, where maxima are negative, too.
pub(super) fn max_padded(context: &Context<'_>) -> Result<Found, HostError> {
    examined(context, "2/max-pool2d-padding", &padded(), &MAX_KINDS, max_case)
}

/// Average-pool without padding.
pub(super) fn average(context: &Context<'_>) -> Result<Found, HostError> {
    examined(context, "2/average-pool2d", &bare(), &AVERAGE_KINDS, average_case)
}

/// Average-pool with padding.
pub(super) fn average_padded(context: &Context<'_>) -> Result<Found, HostError> {
    examined(context, "2/average-pool2d-padding", &padded(), &AVERAGE_KINDS, average_case)
}

/// Windows that touch, overlap and leave gaps; images are of sizes that they do not divide.
fn bare() -> [Pool2dSpec; 7] {
    [
        window((2, 2), (2, 2), (0, 0)),
        window((3, 3), (3, 3), (0, 0)),
        window((3, 3), (2, 2), (0, 0)),
        window((4, 2), (2, 2), (0, 0)),
        window((2, 2), (1, 1), (0, 0)),
        window((1, 3), (1, 2), (0, 0)),
        window((2, 1), (3, 1), (0, 0)),
    ]
}

/// Padding of up to half the window, so that every window sees something of the image.
fn padded() -> [Pool2dSpec; 5] {
    [
        window((3, 3), (2, 2), (1, 1)),
        window((2, 2), (2, 2), (1, 1)),
        window((3, 3), (1, 1), (1, 1)),
        window((2, 4), (2, 2), (0, 2)),
        window((5, 3), (2, 3), (2, 1)),
    ]
}

/// One case of each kind for every window.
fn examined(
    context: &Context<'_>,
    purpose: &str,
    windows: &[Pool2dSpec],
    kinds: &[Kind],
    case: fn(&mut Draw, Pool2dSpec, Kind) -> Case,
) -> Result<Found, HostError> {
    let mut draw = context.seed.draw(purpose);
    let asked = windows.iter().flat_map(|&spec| kinds.iter().map(move |&kind| (spec, kind)));
    let cases: Vec<_> = asked.map(|(spec, kind)| audited(|| case(&mut draw, spec, kind))).collect();
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// Elements that are all different; such with ties and zeros of both signs; and different ones of such a size that a
/// maximum which begins at -1000, or padding of -1e9, is not below them.
fn max_case(draw: &mut Draw, spec: Pool2dSpec, kind: Kind) -> Case {
    let shape = shape(draw, &spec);
    let input = match kind {
        Kind::Integers => distinct(draw, shape),
        Kind::Extreme => scaled(&distinct(draw, shape), LARGE),
        _ => draw.awkward(shape, 100.0),
    };
    Case::of_layer(Layer::MaxPool2d(spec), Vec::new(), input, kind).rehearsed(draw)
}

/// The tensor times a power of two, which is exact.
fn scaled(tensor: &Tensor, times: f32) -> Tensor {
    Tensor::from_fn(tensor.shape().clone(), |at| times * tensor.data()[at])
}

/// Integers where their mean is exact.
fn average_case(draw: &mut Draw, spec: Pool2dSpec, kind: Kind) -> Case {
    let shape = shape(draw, &spec);
    let is_exact = kind == Kind::Integers && (spec.kernel.0 * spec.kernel.1).is_power_of_two();
    let (input, kind) = match is_exact {
        true => (draw.integers(shape, 8), kind),
        false => (draw.awkward(shape, 100.0), Kind::Random),
    };
    Case::of_layer(Layer::AveragePool2d(spec), Vec::new(), input, kind).rehearsed(draw)
}

fn shape(draw: &mut Draw, spec: &Pool2dSpec) -> [u32; 4] {
    let [height, width] = image(draw, spec);
    [batch(draw), draw.pick(&[1, 2, 5]), height, width]
}
