//! The gradients of convolutions: to the bound, and of integers exactly.

use tito_judge::{Draw, Exercise, Kind, allow_fast, audited, may_be_fast, parameter_shapes};
use tito_sandbox::{Conv2dSpec, HostError, Layer};
use tito_tensor::{Shape, Tensor};

use crate::{
    Context,
    computer_vision::windows::{conv, image, places, window},
    milestone::Found,
};

type Pair = (u32, u32);

/// Kernel, stride and padding.
const WINDOWS: [(Pair, Pair, Pair); 10] = [
    ((3, 3), (1, 1), (0, 0)),
    ((3, 3), (1, 1), (1, 1)),
    ((2, 2), (2, 2), (0, 0)),
    ((3, 3), (2, 2), (1, 1)),
    ((3, 2), (2, 1), (1, 0)),
    ((1, 3), (1, 2), (0, 1)),
    ((5, 2), (1, 1), (2, 1)),
    ((2, 2), (3, 3), (0, 0)),
    ((1, 1), (1, 1), (0, 0)),
    ((4, 4), (2, 3), (1, 2)),
];

const CHANNELS: [[u32; 2]; 6] = [[1, 2], [3, 2], [2, 3], [2, 2], [4, 3], [2, 9]];

/// Each window with random numbers and with small integers; every third without bias.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/backward-conv2d");
    let windows = WINDOWS.iter().enumerate();
    let exercises: Vec<_> = windows
        .flat_map(|(at, &(kernel, stride, padding))| {
            [Kind::Random, Kind::Integers].map(|kind| {
                audited(|| {
                    let window = window(kernel, stride, padding);
                    exercise(&mut draw, conv(draw_channels(at, kind), window, at % 3 != 2), kind)
                })
            })
        })
        .collect();
    Ok(Found::Cases(context.examiner().ask_each(&exercises, Exercise::ask)?))
}

/// Every number of channels comes with some window, and no window with one alone.
fn draw_channels(window: usize, kind: Kind) -> [u32; 2] {
    CHANNELS[(window + if kind == Kind::Integers { 2 } else { 0 }) % CHANNELS.len()]
}

fn exercise(draw: &mut Draw, spec: Conv2dSpec, kind: Kind) -> Exercise {
    let layer = Layer::Conv2d(spec);
    let extents = image(draw, &window(spec.kernel, spec.stride, spec.padding));
    let [rows, columns] = places(&layer, extents).expect("images are drawn for the window to fit on");
    let images = draw.pick(&[2, 3]);
    let drawn = |draw: &mut Draw, shape: Shape| -> Tensor {
        match kind {
            Kind::Integers => draw.integers(shape, 8),
            _ => draw.normals(shape, 1.0),
        }
    };
    let shape = Shape::from([images, spec.in_channels, extents[0], extents[1]]);
    let parameters = parameter_shapes(&layer).into_iter().map(|shape| drawn(draw, shape)).collect();
    let input = drawn(draw, shape.clone());
    let gradient = drawn(draw, Shape::from([images, spec.out_channels, rows, columns]));
    let mut exercise = Exercise::backward(layer, parameters, input, gradient, kind)
        .rehearsed(draw, |draw| drawn(draw, shape.clone()));
    if may_be_fast(&spec) {
        // To the input and to the weight; sums over places have no fast way.
        exercise.expected.iter_mut().take(2).for_each(|expected| allow_fast(expected, kind));
    }
    exercise
}
