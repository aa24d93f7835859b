//! Pooling: maxima exactly; means to the bound, and exactly where the window has a power of two elements.

use tito_judge::{Case, Draw, Kind, audited};
use tito_sandbox::{HostError, Layer, Pool2dSpec};

use super::windows::{batch, distinct, image, window};
use crate::{Context, milestone::Found};

/// Max-pool without padding.
pub(super) fn max(context: &Context<'_>) -> Result<Found, HostError> {
    examined(context, "2/max-pool2d", &bare(), max_case)
}

/// Max-pool with padding, where maxima are negative, too.
pub(super) fn max_padded(context: &Context<'_>) -> Result<Found, HostError> {
    examined(context, "2/max-pool2d-padding", &padded(), max_case)
}

/// Average-pool without padding.
pub(super) fn average(context: &Context<'_>) -> Result<Found, HostError> {
    examined(context, "2/average-pool2d", &bare(), average_case)
}

/// Average-pool with padding.
pub(super) fn average_padded(context: &Context<'_>) -> Result<Found, HostError> {
    examined(context, "2/average-pool2d-padding", &padded(), average_case)
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

/// Two cases a window, one of each kind.
fn examined(
    context: &Context<'_>,
    purpose: &str,
    windows: &[Pool2dSpec],
    case: fn(&mut Draw, Pool2dSpec, Kind) -> Case,
) -> Result<Found, HostError> {
    let mut draw = context.seed.draw(purpose);
    let kinds = [Kind::Integers, Kind::Random];
    let cases = windows.iter().flat_map(|&spec| kinds.map(|kind| audited(|| case(&mut draw, spec, kind))));
    let cases: Vec<_> = cases.collect();
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// Elements that are all different, or such with ties and zeros of both signs.
fn max_case(draw: &mut Draw, spec: Pool2dSpec, kind: Kind) -> Case {
    let shape = shape(draw, &spec);
    let input = if kind == Kind::Integers { distinct(draw, shape) } else { draw.awkward(shape, 100.0) };
    Case::of_layer(Layer::MaxPool2d(spec), Vec::new(), input, kind).rehearsed(draw)
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
