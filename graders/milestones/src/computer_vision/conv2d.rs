//! Convolutions: values to the bound, integers exactly, and probes that say which weight was used.

use tito_judge::{Case, Draw, Kind, allow_fast, audited, may_be_fast, parameter_shapes, probe};
use tito_sandbox::{Conv2dSpec, HostError, Layer};

use super::windows::{Pair, batch, conv, image, window};
use crate::{Context, milestone::Found};

const ONE: Pair = (1, 1);
const NONE: Pair = (0, 0);

/// Channels before and after: one, few, and more than any vector has lanes for.
const CHANNELS: [[u32; 2]; 7] = [[1, 1], [1, 4], [3, 2], [2, 3], [5, 1], [4, 4], [3, 17]];

/// Square kernels of every size up to 7, and images as large as those of a network.
pub(super) fn kernels(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/conv2d");
    let mut cases = probes(&mut draw, true);
    for side in 1..=7 {
        cases.extend(drawn(&mut draw, |draw| {
            conv(draw.pick(&CHANNELS), window((side, side), ONE, NONE), true)
        }));
    }
    cases.push(large(&mut draw));
    examined(context, &cases)
}

/// The same without a bias.
pub(super) fn without_bias(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/conv2d-without-bias");
    let mut cases = probes(&mut draw, false);
    for side in 2..=4 {
        cases.extend(drawn(&mut draw, |draw| {
            conv(draw.pick(&CHANNELS), window((side, side), ONE, NONE), false)
        }));
    }
    examined(context, &cases)
}

/// Strides up to 3, some larger than the kernel.
pub(super) fn stride(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/conv2d-stride");
    let mut cases = Vec::new();
    for stride in [(2, 2), (1, 2), (2, 1), (3, 2), (3, 3)] {
        cases.extend(drawn(&mut draw, |draw| {
            let side = draw.pick(&[1, 2, 3, 4]);
            conv(draw.pick(&CHANNELS), window((side, side), stride, NONE), true)
        }));
    }
    examined(context, &cases)
}

/// Padding up to as much as the kernel covers, with strides too.
pub(super) fn padding(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/conv2d-padding");
    let mut cases = Vec::new();
    for padding in [(1, 1), (0, 2), (1, 0), (2, 1), (3, 3)] {
        cases.extend(drawn(&mut draw, |draw| {
            let side = draw.pick(&[2, 3, 5]);
            let stride = draw.pick(&[ONE, (2, 2)]);
            conv(draw.pick(&CHANNELS), window((side, side), stride, padding), true)
        }));
    }
    examined(context, &cases)
}

/// Kernels that are not square.
pub(super) fn rectangular(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/conv2d-rectangular");
    let mut cases = Vec::new();
    for kernel in [(1, 3), (3, 1), (2, 5), (7, 2)] {
        cases.extend(drawn(&mut draw, |draw| conv(draw.pick(&CHANNELS), window(kernel, ONE, NONE), true)));
    }
    examined(context, &cases)
}

/// Images as small as the kernel, and smaller; flat ones, and deep ones.
pub(super) fn sizes(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/conv2d-sizes");
    let settings = [
        (conv([2, 3], window((3, 3), ONE, NONE), true), [3, 3]),
        (conv([2, 3], window((5, 5), ONE, (2, 2)), true), [2, 3]),
        (conv([3, 2], window((3, 3), (2, 2), ONE), true), [2, 2]),
        (conv([2, 4], window((1, 3), ONE, NONE), true), [1, 19]),
        (conv([4, 2], window((3, 1), ONE, NONE), true), [17, 1]),
        (conv([33, 2], window((2, 2), ONE, NONE), true), [4, 5]),
        (conv([2, 33], window((2, 2), ONE, NONE), true), [3, 4]),
    ];
    let cases = settings.into_iter().flat_map(|(spec, extents)| {
        [Kind::Random, Kind::Integers].map(|kind| audited(|| case(&mut draw, spec, extents, kind)))
    });
    let cases: Vec<_> = cases.collect();
    examined(context, &cases)
}

fn examined(context: &Context<'_>, cases: &[Case]) -> Result<Found, HostError> {
    Ok(Found::Cases(context.examiner().examine(cases)?))
}

/// One case with random numbers and one with small integers, of layers that `spec` draws.
fn drawn(draw: &mut Draw, spec: impl Fn(&mut Draw) -> Conv2dSpec) -> [Case; 2] {
    [Kind::Random, Kind::Integers].map(|kind| {
        audited(|| {
            let spec = spec(draw);
            let extents = image(draw, &window(spec.kernel, spec.stride, spec.padding));
            case(draw, spec, extents, kind)
        })
    })
}

fn case(draw: &mut Draw, spec: Conv2dSpec, [height, width]: [u32; 2], kind: Kind) -> Case {
    let layer = Layer::Conv2d(spec);
    let shape = [batch(draw), spec.in_channels, height, width];
    let shapes = parameter_shapes(&layer).into_iter();
    let (input, parameters) = match kind {
        Kind::Integers => (draw.integers(shape, 8), shapes.map(|shape| draw.integers(shape, 8)).collect()),
        // None so large that it drowns its neighbours: fast convolutions (Winograd's) mix the elements of a tile.
        _ => (draw.awkward(shape, 3.0), shapes.map(|shape| draw.normals(shape, 1.0)).collect()),
    };
    let mut case = Case::of_layer(layer, parameters, input, kind).rehearsed(draw);
    if may_be_fast(&spec) {
        allow_fast(&mut case.expected, kind);
    }
    case
}

/// A network's second convolution, where sums are long.
fn large(draw: &mut Draw) -> Case {
    let layer = Layer::Conv2d(conv([16, 5], window((3, 3), ONE, NONE), true));
    audited(|| {
        let parameters = parameter_shapes(&layer).into_iter().map(|shape| draw.normals(shape, 0.1)).collect();
        let mut case = Case::of_layer(layer, parameters, draw.uniforms([2, 16, 9, 11], 1.0), Kind::Random);
        allow_fast(&mut case.expected, Kind::Random);
        case
    })
}

/// An image of which one pixel alone is 1, one of a batch of several with channels.
fn probes(draw: &mut Draw, bias: bool) -> Vec<Case> {
    [((2, 2), [1, 1]), ((2, 3), [2, 2]), ((3, 2), [2, 3])]
        .map(|(kernel, channels)| {
            let shape = [2, channels[0], 5, 4];
            let position = draw.below(shape.iter().map(|&extent| u64::from(extent)).product()) as usize;
            probe(Layer::Conv2d(conv(channels, window(kernel, ONE, NONE), bias)), shape, position)
        })
        .into()
}
