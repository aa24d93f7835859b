//! What goes wrong where a window moves over images, in convolution and pooling alike.

use tito_kernels::{Judged, Window};
use tito_sandbox::Layer;

use super::{
    Misconception,
    images::{Parts, extents, gathered, moved},
};
use crate::Case;

pub(super) const MISCONCEPTIONS: &[Misconception] = &[
    Misconception {
        name: "pool-stride-is-kernel",
        advice: "The window moves by its own size. That is only what is common: it moves by the stride that the layer \
                 was built with.",
        answers: &[|case| pooled(case, |window| window.stride = window.kernel)],
    },
    Misconception {
        name: "stride-ignored",
        advice: "The window moves one element at a time. It moves by the stride: place (y, x) begins at (y * stride \
                 height, x * stride width).",
        answers: &[|case| windowed(case, |window| window.stride = [1, 1]), stride_ignored_and_cut],
    },
    Misconception {
        name: "stride-swapped",
        advice: "Height and width of the stride have changed places. Every pair is (height, width).",
        answers: &[|case| windowed(case, |window| window.stride.reverse())],
    },
    Misconception {
        name: "padding-ignored",
        advice: "The answer is that without padding. Elements outside the image count as 0, in max-pool as minus \
                 infinity, and the output grows accordingly.",
        answers: &[|case| windowed(case, |window| window.padding = [0, 0])],
    },
    Misconception {
        name: "padding-swapped",
        advice: "Height and width of the padding have changed places. Every pair is (height, width).",
        answers: &[|case| windowed(case, |window| window.padding.reverse())],
    },
    Misconception {
        name: "padding-one-sided",
        advice: "The padding lies on one side of the image alone. It lies on both: an output has floor((in + 2 * \
                 padding - kernel) / stride) + 1 places along an axis, and place 0 begins `padding` before the image.",
        answers: &[
            |case| one_sided(case, [1, 0]),
            |case| one_sided(case, [0, 1]),
            |case| one_sided(case, [2, 0]),
            |case| one_sided(case, [0, 2]),
        ],
    },
    Misconception {
        name: "padding-replicated",
        advice: "The padding repeats the edge of the image. It is 0, in max-pool minus infinity.",
        answers: &[replicated],
    },
    Misconception {
        name: "size-rounded-up",
        advice: "The output has a place more than there are whole windows. Its size is rounded down: floor((in + 2 * \
                 padding - kernel) / stride) + 1.",
        answers: &[rounded_up],
    },
    Misconception {
        name: "size-one-short",
        advice: "The last place along an axis is missing. There are floor((in + 2 * padding - kernel) / stride) + 1 of \
                 them, the first one included.",
        answers: &[|case| short(case, [1, 1]), |case| short(case, [1, 0]), |case| short(case, [0, 1])],
    },
];

/// The answer with another window.
fn windowed(case: &Case, change: impl Fn(&mut Window)) -> Option<Judged> {
    let mut parts = Parts::of(case)?;
    change(&mut parts.window);
    parts.answer()
}

fn pooled(case: &Case, change: impl Fn(&mut Window)) -> Option<Judged> {
    match case.layers.as_slice() {
        [Layer::Conv2d(_)] => None,
        _ => windowed(case, change),
    }
}

/// The right shape, and in it what lies in the corner of the answer with stride 1.
fn stride_ignored_and_cut(case: &Case) -> Option<Judged> {
    let shape = extents(&case.expected.value)?;
    let answer = windowed(case, |window| window.stride = [1, 1])?;
    moved(&answer, |tensor| gathered(tensor, shape, 0.0, Some))
}

/// The padding `times` as often before and behind the image.
fn one_sided(case: &Case, times: [u32; 2]) -> Option<Judged> {
    let parts = Parts::of(case)?;
    let (padding, fill) = (parts.window.padding, fill(&parts.layer));
    let [before, behind] = times.map(|times| padding.map(|padding| times * padding));
    parts.padded(before, behind, fill)?.answer()
}

/// What stands outside the image.
fn fill(layer: &Layer) -> f64 {
    if matches!(layer, Layer::MaxPool2d(_)) { f64::NEG_INFINITY } else { 0.0 }
}

fn replicated(case: &Case) -> Option<Judged> {
    let mut parts = Parts::of(case)?;
    let [top, left] = parts.window.padding;
    let [images, channels, height, width] = extents(&parts.input)?;
    let (last_y, last_x) = (height.checked_sub(1)?, width.checked_sub(1)?);
    let shape = [images, channels, height + 2 * top, width + 2 * left];
    parts.input = gathered(&parts.input, shape, 0.0, |[n, c, y, x]| {
        Some([n, c, y.saturating_sub(top).min(last_y), x.saturating_sub(left).min(last_x)])
    })?;
    parts.window.padding = [0, 0];
    parts.answer()
}

/// As many places as begin inside the padded image, the last ones reaching beyond it.
fn rounded_up(case: &Case) -> Option<Judged> {
    let parts = Parts::of(case)?;
    let [_, _, height, width] = extents(&parts.input)?;
    let Window { kernel, stride, padding } = parts.window;
    let missing = |axis: usize, extent: u32| {
        let over = (extent + 2 * padding[axis]).checked_sub(kernel[axis])? % stride[axis];
        Some(if over == 0 { 0 } else { stride[axis] - over })
    };
    let missing = [missing(0, height)?, missing(1, width)?];
    let fill = fill(&parts.layer);
    let behind = [padding[0] + missing[0], padding[1] + missing[1]];
    parts.padded(padding, behind, fill)?.answer()
}

/// The right answer without so many of its last rows and columns.
fn short(case: &Case, [rows, columns]: [u32; 2]) -> Option<Judged> {
    Parts::of(case)?;
    let [images, channels, height, width] = extents(&case.expected.value)?;
    let shape = [images, channels, height.checked_sub(rows)?, width.checked_sub(columns)?];
    moved(&case.expected, |tensor| gathered(tensor, shape, 0.0, Some))
}
