//! What goes wrong in a convolution's gradients.

use tito_kernels::{Judged, Wide};
use tito_sandbox::{Conv2dSpec, Layer};

use super::{
    Bug, Parts, approximate,
    dense::{BIAS, INPUT, WEIGHT},
    only, scaled,
};
use crate::{
    Exercise, Given, conv_window,
    misconception::images::{extents, gathered, reshaped},
};

pub(in crate::misconception) const MISCONCEPTIONS: &[Bug] = &[
    Bug {
        name: "conv-input-gradient-kernel-flipped",
        advice: "The kernel is the wrong way round. What was weighted by (y, x) on its way in is weighted by (y, x) on its \
                 way back: as a correlation over the gradient, that is the kernel turned by 180 degrees.",
        answers: &[|exercise| {
            let (mut parts, _) = of(exercise)?;
            parts.parameters[0] = turned(&parts.parameters[0])?;
            Some(only(parts.answer(), &[INPUT]))
        }],
    },
    Bug {
        name: "conv-weight-gradient-flipped",
        advice: "The gradient of the kernel is turned by 180 degrees. Weight (y, x) sums over the elements that it met.",
        answers: &[|exercise| {
            let _convolution = of(exercise)?;
            let value = turned(&exercise.expected[WEIGHT].value)?;
            Some(Given::of_part(WEIGHT, approximate(exercise, WEIGHT, value)))
        }],
    },
    Bug {
        name: "conv-weight-gradient-transposed",
        advice: "Input and output channels have changed places in the gradient of the weight. It has the weight's shape, \
                 [out-channels, in-channels, kernel-height, kernel-width].",
        answers: &[|exercise| transposed(exercise, false), |exercise| transposed(exercise, true)],
    },
    Bug {
        name: "backward-ignores-stride",
        advice: "The gradient goes back as if the window had moved one element at a time. Place (y, x) saw what begins at \
                 (y * stride height, x * stride width).",
        answers: &[
            |exercise| unstrided(exercise, &[INPUT, WEIGHT]),
            |exercise| unstrided(exercise, &[INPUT]),
            |exercise| unstrided(exercise, &[WEIGHT]),
        ],
    },
    Bug {
        name: "backward-ignores-padding",
        advice: "The gradient goes back as if there were no padding. Place (0, 0) saw what begins `padding` before the image; \
                 what falls outside is dropped.",
        answers: &[
            |exercise| unpadded(exercise, &[INPUT, WEIGHT]),
            |exercise| unpadded(exercise, &[INPUT]),
            |exercise| unpadded(exercise, &[WEIGHT]),
            uncropped,
        ],
    },
    Bug {
        name: "conv-bias-gradient-not-summed",
        advice: "The gradient of the bias leaves something out. The bias is added at every place of every image, so that its \
                 gradient is the sum over all of them.",
        answers: &[
            |exercise| bias(exercise, |image, _| image == 0),
            |exercise| bias(exercise, |_, site| site == 0),
        ],
    },
    Bug {
        name: "conv-bias-gradient-averaged",
        advice: "The gradient of the bias is a mean. It is the sum over all places of all images: the loss has averaged \
                 already.",
        answers: &[
            |exercise| averaged(exercise, |images, _| images),
            |exercise| averaged(exercise, |_, sites| sites),
            |exercise| averaged(exercise, |images, sites| images * sites),
        ],
    },
];

fn of(exercise: &Exercise) -> Option<(Parts, Conv2dSpec)> {
    let Layer::Conv2d(spec) = exercise.layer else { return None };
    Some((Parts::of(exercise)?, spec))
}

/// Kernels turned by 180 degrees.
fn turned(weight: &Wide) -> Option<Wide> {
    let shape @ [_, _, height, width] = extents(weight)?;
    gathered(weight, shape, 0.0, |[o, c, y, x]| Some([o, c, height - 1 - y, width - 1 - x]))
}

/// The gradient of the weight with its channels exchanged, in that shape or in the weight's.
fn transposed(exercise: &Exercise, in_shape: bool) -> Option<Given> {
    let _convolution = of(exercise)?;
    let right = &exercise.expected[WEIGHT].value;
    let shape @ [outputs, channels, height, width] = extents(right)?;
    let other = [channels, outputs, height, width];
    let value = gathered(right, other, 0.0, |[c, o, y, x]| Some([o, c, y, x]))?;
    let value = if in_shape { reshaped(&value, shape)? } else { value };
    Some(Given::of_part(WEIGHT, approximate(exercise, WEIGHT, value)))
}

/// The gradients with stride 1, those of the places that there would be beyond being zero.
fn unstrided(exercise: &Exercise, kept: &[usize]) -> Option<Given> {
    let (mut parts, mut spec) = of(exercise)?;
    spec.stride = (1, 1);
    replaced(&mut parts, spec)?;
    Some(only(parts.answer(), kept))
}

/// The gradients without padding, of the places that there are then.
fn unpadded(exercise: &Exercise, kept: &[usize]) -> Option<Given> {
    let (mut parts, mut spec) = of(exercise)?;
    spec.padding = (0, 0);
    replaced(&mut parts, spec)?;
    Some(only(parts.answer(), kept))
}

/// Gives a convolution another window: its output gradient is cut, or has zeros beyond.
fn replaced(parts: &mut Parts, spec: Conv2dSpec) -> Option<()> {
    let [images, channels, height, width] = extents(&parts.gradient)?;
    let [_, _, rows, columns] = extents(&parts.input)?;
    let [new_height, new_width] = conv_window(&spec).places([rows, columns])?;
    parts.gradient =
        gathered(&parts.gradient, [images, channels, new_height, new_width], 0.0, |[n, c, y, x]| {
            (y < height && x < width).then_some([n, c, y, x])
        })?;
    parts.layer = Layer::Conv2d(spec);
    Some(())
}

/// The corner of the padded image's gradient.
fn uncropped(exercise: &Exercise) -> Option<Given> {
    let (mut parts, mut spec) = of(exercise)?;
    let shape @ [images, channels, height, width] = extents(&parts.input)?;
    let (top, left) = spec.padding;
    let padded = [images, channels, height + 2 * top, width + 2 * left];
    parts.input = gathered(&parts.input, padded, 0.0, |[n, c, y, x]| {
        let (y, x) = (y.checked_sub(top)?, x.checked_sub(left)?);
        (y < height && x < width).then_some([n, c, y, x])
    })?;
    spec.padding = (0, 0);
    parts.layer = Layer::Conv2d(spec);
    let to_input = parts.answer().swap_remove(INPUT).value;
    let value = gathered(&to_input, shape, 0.0, Some)?;
    Some(Given::of_part(INPUT, approximate(exercise, INPUT, value)))
}

/// The gradient of the bias over some images and places alone.
fn bias(exercise: &Exercise, is_summed: impl Fn(usize, usize) -> bool) -> Option<Given> {
    let (mut parts, _) = of(exercise)?;
    let _there = exercise.expected.get(BIAS)?;
    let [_, channels, height, width] = extents(&parts.gradient)?;
    let sites = (height * width).max(1) as usize;
    let keep = |(at, &dy): (usize, &f64)| {
        let image = at / sites / channels.max(1) as usize;
        if is_summed(image, at % sites) { dy } else { 0.0 }
    };
    let data = parts.gradient.data().iter().enumerate().map(keep).collect();
    parts.gradient = Wide::new(parts.gradient.shape().clone(), data).ok()?;
    let summed: Judged = parts.answer().swap_remove(BIAS);
    Some(Given::of_part(BIAS, approximate(exercise, BIAS, summed.value)))
}

fn averaged(exercise: &Exercise, over: impl Fn(f64, f64) -> f64) -> Option<Given> {
    let (parts, _) = of(exercise)?;
    let [images, _, height, width] = extents(&parts.gradient)?;
    scaled(exercise, &[BIAS], 1.0 / over(f64::from(images), f64::from(height * width)))
}
