//! Images stay [N, C, H, W] from layer to layer: numbers whose places tell where they came from, all of them exact.

use tito_judge::{Case, Draw, Kind, audited, parameter_shapes, stack_oracle};
use tito_kernels::{Judged, Wide};
use tito_sandbox::{HostError, Layer};
use tito_tensor::Tensor;

use super::windows::{conv, distinct, window};
use crate::{Context, milestone::Found};

/// Flatten alone, then after layers that are as simple as can be.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/channel-order");
    let window = |side| window((side, side), (side, side), (0, 0));
    let stacks = [
        vec![Layer::Flatten],
        vec![Layer::MaxPool2d(window(2)), Layer::Flatten],
        vec![Layer::AveragePool2d(window(2)), Layer::Flatten],
        vec![Layer::Conv2d(conv([3, 2], window(1), false)), Layer::Flatten],
    ];
    let cases: Vec<_> =
        stacks.into_iter().map(|layers| audited(|| case(&mut draw, layers.clone()))).collect();
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

fn case(draw: &mut Draw, layers: Vec<Layer>) -> Case {
    let shapes = layers.iter().flat_map(parameter_shapes);
    let parameters: Vec<Tensor> = shapes.map(|shape| draw.integers(shape, 3)).collect();
    let input = distinct(draw, [2, 3, 4, 6]);
    let wide: Vec<Wide> = parameters.iter().map(Wide::from).collect();
    let expected = Judged::exact(stack_oracle(&layers, &wide, &Wide::from(&input)).value);
    Case { layers, parameters, rehearsals: Vec::new(), input, expected, kind: Kind::Integers }
}
