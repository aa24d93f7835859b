//! The shape of an answer, whatever its numbers.

use tito_judge::{Case, Draw, Kind, compare, parameter_shapes};
use tito_sandbox::{HostError, Layer, Outcome, Pool2dSpec};
use tito_tensor::Tensor;

use super::windows::{batch, conv, image, window};
use crate::{Context, milestone::Found};

/// How many layers of each kind.
const COUNT: usize = 6;

/// Convolutions and poolings whose strides mostly do not divide what is left beside the kernel.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/output-sizes");
    let cases: Vec<Case> = (0..COUNT)
        .flat_map(|_| {
            let layers = [
                Layer::Conv2d(conv([2, 3], drawn(&mut draw), true)),
                Layer::MaxPool2d(drawn(&mut draw)),
                Layer::AveragePool2d(drawn(&mut draw)),
            ];
            layers.map(|layer| case(&mut draw, layer))
        })
        .collect();
    let judge = |case: &Case, outcome: &Outcome<Tensor>| match has_shape(case, outcome) {
        true => Ok(0.0),
        false => compare(case, outcome),
    };
    Ok(Found::Cases(context.examiner().examine_by(&cases, judge)?))
}

fn has_shape(case: &Case, outcome: &Outcome<Tensor>) -> bool {
    matches!(outcome, Outcome::Answer(answer) if answer.shape() == case.expected.value.shape())
}

fn drawn(draw: &mut Draw) -> Pool2dSpec {
    let [height, width] = [(); 2].map(|()| draw.between(2, 5) as u32);
    let stride = [(); 2].map(|()| draw.between(1, 4) as u32).into();
    // No more than half the window, so that no maximum is that of padding alone.
    let padding = (draw.below(u64::from(height / 2) + 1) as u32, draw.below(u64::from(width / 2) + 1) as u32);
    window((height, width), stride, padding)
}

fn case(draw: &mut Draw, layer: Layer) -> Case {
    let spec = match layer {
        Layer::Conv2d(spec) => window(spec.kernel, spec.stride, spec.padding),
        Layer::MaxPool2d(spec) | Layer::AveragePool2d(spec) => spec,
        other => panic!("{other:?} has no window"),
    };
    let [height, width] = image(draw, &spec);
    let parameters = parameter_shapes(&layer).into_iter().map(|shape| draw.normals(shape, 1.0)).collect();
    let shape = [batch(draw), 2, height, width];
    let input = draw.normals(shape, 1.0);
    Case::of_layer(layer, parameters, input, Kind::Random)
}
