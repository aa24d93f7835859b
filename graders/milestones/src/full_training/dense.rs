//! The gradients of dense layers: to the bound, and of integers exactly.

use tito_judge::{Draw, Exercise, Kind, audited, parameter_shapes};
use tito_sandbox::{DenseSpec, HostError, Layer};

use crate::shapes::wide_extent;
use crate::{Context, milestone::Found};

/// Rank 2 with and without bias, rank 3, weights that are square, and a layer of a network.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/backward-dense");
    let settings = [(true, 1, false), (false, 1, false), (true, 2, false), (true, 1, true), (false, 2, true)];
    let kinds = [Kind::Random, Kind::Integers, Kind::Random, Kind::Integers];
    let settings = settings.iter().flat_map(|setting| kinds.map(|kind| (setting, kind)));
    let mut exercises: Vec<_> = settings
        .map(|(&(bias, axes, is_square), kind)| {
            audited(|| {
                let inputs = wide_extent(&mut draw);
                let outputs = if is_square { inputs } else { wide_extent(&mut draw) };
                exercise(&mut draw, DenseSpec { inputs, outputs, bias }, axes, kind)
            })
        })
        .collect();
    exercises.push(large(&mut draw));
    Ok(Found::Cases(context.examiner().ask_each(&exercises, Exercise::ask)?))
}

/// A batch of more than one row, along each of so many axes: over one a sum is no sum.
fn exercise(draw: &mut Draw, spec: DenseSpec, axes: usize, kind: Kind) -> Exercise {
    let outer: Vec<u32> = (0..axes).map(|_| draw.pick(&[2, 3, 5, 7])).collect();
    let of = |last: u32| outer.iter().copied().chain([last]).collect::<Vec<u32>>();
    let drawn = |draw: &mut Draw, shape: Vec<u32>| match kind {
        Kind::Integers => draw.integers(shape, 8),
        _ => draw.normals(shape, 1.0),
    };
    let layer = Layer::Dense(spec);
    let shapes = parameter_shapes(&layer).into_iter();
    let parameters = shapes.map(|shape| drawn(draw, shape.extents().to_vec())).collect();
    let (input, gradient) = (drawn(draw, of(spec.inputs)), drawn(draw, of(spec.outputs)));
    Exercise::backward(layer, parameters, input, gradient, kind)
        .rehearsed(draw, |draw| drawn(draw, of(spec.inputs)))
}

/// Where sums are long: over the batch, the inputs and the outputs.
fn large(draw: &mut Draw) -> Exercise {
    let layer = Layer::Dense(DenseSpec { inputs: 100, outputs: 33, bias: true });
    audited(|| {
        let parameters = parameter_shapes(&layer).into_iter().map(|shape| draw.normals(shape, 0.1)).collect();
        let (input, gradient) = (draw.uniforms([65, 100], 1.0), draw.normals([65, 33], 0.02));
        Exercise::backward(layer, parameters, input, gradient, Kind::Random)
    })
}
