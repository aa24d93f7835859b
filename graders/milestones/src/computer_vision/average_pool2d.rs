//! Average-pool: means to the bound; exact where the window has a power of two elements.

use tito_judge::{Case, Draw, Kind, audited};
use tito_sandbox::{HostError, Layer, Pool2dSpec};

use super::windows::{batch, image, window};
use crate::{Context, milestone::Found};

/// Windows that touch, overlap and leave gaps, on sizes that they do not divide.
pub(super) fn windows(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/average-pool2d");
    let settings = [
        window((2, 2), (2, 2), (0, 0)),
        window((3, 3), (3, 3), (0, 0)),
        window((4, 2), (2, 2), (0, 0)),
        window((2, 2), (1, 1), (0, 0)),
        window((1, 3), (1, 2), (0, 0)),
        window((2, 1), (3, 1), (0, 0)),
    ];
    examined(context, &mut draw, &settings)
}

/// Padding of up to half the window.
pub(super) fn padding(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/average-pool2d-padding");
    let settings = [
        window((3, 3), (2, 2), (1, 1)),
        window((2, 2), (2, 2), (1, 1)),
        window((3, 3), (1, 1), (1, 1)),
        window((2, 4), (2, 2), (0, 2)),
        window((5, 3), (2, 3), (2, 1)),
    ];
    examined(context, &mut draw, &settings)
}

fn examined(context: &Context<'_>, draw: &mut Draw, settings: &[Pool2dSpec]) -> Result<Found, HostError> {
    let cases = settings.iter().flat_map(|&spec| [(); 2].map(|()| audited(|| case(draw, spec))));
    let cases: Vec<_> = cases.collect();
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// Integers where their mean is exact.
fn case(draw: &mut Draw, spec: Pool2dSpec) -> Case {
    let [height, width] = image(draw, &spec);
    let shape = [batch(draw), draw.pick(&[1, 2, 5]), height, width];
    let is_exact = (spec.kernel.0 * spec.kernel.1).is_power_of_two() && draw.below(2) == 0;
    let (input, kind) = if is_exact {
        (draw.integers(shape, 8), Kind::Integers)
    } else {
        (draw.awkward(shape, 100.0), Kind::Random)
    };
    Case::of_layer(Layer::AveragePool2d(spec), Vec::new(), input, kind).rehearsed(draw)
}
