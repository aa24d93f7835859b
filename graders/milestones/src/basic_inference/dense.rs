//! Dense layers: values to the bound, integers exactly, and probes that say which weight was used.

use tito_judge::{Case, Draw, Kind, audited, probe};
use tito_sandbox::{DenseSpec, HostError, Layer};
use tito_tensor::Shape;

use crate::shapes::{extent, wide_extent};
use crate::{Context, milestone::Found};

/// Rank 2, with bias.
pub(super) fn with_bias(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/dense");
    let mut cases = probes(&mut draw, true);
    cases.extend(small(&mut draw, true, 1, 8));
    cases.push(large(&mut draw));
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// Rank 2, without bias.
pub(super) fn without_bias(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/dense-without-bias");
    let mut cases = probes(&mut draw, false);
    cases.extend(small(&mut draw, false, 1, 4));
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// Rank 3, with bias.
pub(super) fn rank_3(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/dense-rank-3");
    let cases = small(&mut draw, true, 2, 5);
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// `count` cases with random numbers and as many with small integers; the batch has `axes` axes.
fn small(draw: &mut Draw, bias: bool, axes: usize, count: usize) -> Vec<Case> {
    let kinds = [Kind::Random, Kind::Integers].into_iter().cycle().take(2 * count);
    kinds.map(|kind| audited(|| of_kind(draw, bias, axes, kind))).collect()
}

fn of_kind(draw: &mut Draw, bias: bool, axes: usize, kind: Kind) -> Case {
    let spec = DenseSpec { inputs: extent(draw), outputs: wide_extent(draw), bias };
    // A batch of one row is drawn often enough, but a bug in the batch needs more than one to show.
    let mut shape: Vec<u32> = (0..axes).map(|_| draw.pick(&[1, 2, 3, 5, 7])).collect();
    shape.push(spec.inputs);
    let (input, parameters) = match kind {
        Kind::Integers => {
            (draw.integers(shape, 8), shapes(spec).map(|shape| draw.integers(shape, 8)).collect())
        }
        _ => (draw.awkward(shape, 100.0), shapes(spec).map(|shape| draw.normals(shape, 1.0)).collect()),
    };
    Case::of_layer(Layer::Dense(spec), parameters, input, kind).rehearsed(draw)
}

fn shapes(spec: DenseSpec) -> impl Iterator<Item = Shape> {
    let bias = spec.bias.then_some(Shape::from([spec.outputs]));
    [Shape::from([spec.inputs, spec.outputs])].into_iter().chain(bias)
}

/// The size of MNIST's first layer, where sums are long.
fn large(draw: &mut Draw) -> Case {
    let spec = DenseSpec { inputs: 784, outputs: 33, bias: true };
    audited(|| {
        let parameters = shapes(spec).map(|shape| draw.normals(shape, 0.05)).collect();
        Case::of_layer(Layer::Dense(spec), parameters, draw.uniforms([19, 784], 1.0), Kind::Random)
    })
}

fn probes(draw: &mut Draw, bias: bool) -> Vec<Case> {
    [(3, 2), (2, 5), (7, 4)]
        .map(|(inputs, outputs)| {
            let layer = Layer::Dense(DenseSpec { inputs, outputs, bias });
            probe(layer, [1, inputs], draw.below(u64::from(inputs)) as usize)
        })
        .into()
}
