//! Max-pool: no arithmetic, so that every answer is exact.

use tito_judge::{Case, Draw, Kind, audited};
use tito_sandbox::{HostError, Layer, Pool2dSpec};

use super::windows::{batch, distinct, image, window};
use crate::{Context, milestone::Found};

/// Windows that touch, overlap and leave gaps, on sizes that they do not divide.
pub(super) fn windows(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/max-pool2d");
    let settings = [
        window((2, 2), (2, 2), (0, 0)),
        window((3, 3), (3, 3), (0, 0)),
        window((3, 3), (2, 2), (0, 0)),
        window((2, 2), (1, 1), (0, 0)),
        window((1, 3), (1, 2), (0, 0)),
        window((2, 1), (3, 1), (0, 0)),
    ];
    examined(context, &mut draw, &settings)
}

/// Padding of up to half the window, where maxima are negative, too.
pub(super) fn padding(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/max-pool2d-padding");
    let settings = [
        window((3, 3), (2, 2), (1, 1)),
        window((2, 2), (2, 2), (1, 1)),
        window((3, 3), (1, 1), (1, 1)),
        window((2, 4), (2, 2), (0, 2)),
        window((5, 3), (2, 3), (2, 1)),
    ];
    examined(context, &mut draw, &settings)
}

/// Two cases a window: one with elements that are all different, one with ties and zeros of both signs.
fn examined(context: &Context<'_>, draw: &mut Draw, settings: &[Pool2dSpec]) -> Result<Found, HostError> {
    let cases = settings
        .iter()
        .flat_map(|&spec| [Kind::Integers, Kind::Random].map(|kind| audited(|| case(draw, spec, kind))));
    let cases: Vec<_> = cases.collect();
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

fn case(draw: &mut Draw, spec: Pool2dSpec, kind: Kind) -> Case {
    let [height, width] = image(draw, &spec);
    let shape = [batch(draw), draw.pick(&[1, 2, 5]), height, width];
    let input = match kind {
        Kind::Integers => distinct(draw, shape),
        _ => draw.awkward(shape, 100.0),
    };
    Case::of_layer(Layer::MaxPool2d(spec), Vec::new(), input, kind).rehearsed(draw)
}
