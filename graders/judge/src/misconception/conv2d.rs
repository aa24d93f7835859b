//! What goes wrong in a convolution, apart from its window.

use tito_kernels::{Judged, Wide};

use super::{
    Misconception,
    images::{Parts, extents, gathered, moved, reshaped},
};
use crate::Case;

pub(super) const MISCONCEPTIONS: &[Misconception] = &[
    Misconception {
        name: "kernel-flipped",
        advice: "The kernel is turned by 180 degrees, as in mathematics' convolution. Here, as everywhere in deep \
                 learning, it is cross-correlation: weight (y, x) meets the element y below and x right of the \
                 window's corner.",
        answers: &[|case| {
            weighted(case, |weight, shape @ [_, _, height, width]| {
                gathered(weight, shape, 0.0, |[o, c, y, x]| Some([o, c, height - 1 - y, width - 1 - x]))
            })
        }],
    },
    Misconception {
        name: "kernel-transposed",
        advice: "Rows and columns of the kernel have changed places. The weight is row-major [out-channels, \
                 in-channels, kernel-height, kernel-width].",
        answers: &[|case| {
            weighted(case, |weight, shape @ [outputs, channels, height, width]| {
                let seen = reshaped(weight, [outputs, channels, width, height])?;
                gathered(&seen, shape, 0.0, |[o, c, y, x]| Some([o, c, x, y]))
            })
        }],
    },
    Misconception {
        name: "kernel-channels-swapped",
        advice: "The weight is read as [in-channels, out-channels, …]. It is row-major [out-channels, in-channels, \
                 kernel-height, kernel-width].",
        answers: &[|case| {
            weighted(case, |weight, shape @ [outputs, channels, height, width]| {
                let seen = reshaped(weight, [channels, outputs, height, width])?;
                gathered(&seen, shape, 0.0, |[o, c, y, x]| Some([c, o, y, x]))
            })
        }],
    },
    Misconception {
        name: "first-channel-only",
        advice: "Only the first channel of the image enters the sum. An output sums over the windows of all channels, \
                 each with weights of its own.",
        answers: &[|case| {
            weighted(case, |weight, shape| {
                gathered(weight, shape, 0.0, |[o, c, y, x]| (c == 0).then_some([o, c, y, x]))
            })
        }],
    },
    Misconception {
        name: "images-read-as-nhwc",
        advice: "Channels are taken for the last axis. Images are [N, C, H, W]: all of one channel before all of the \
                 next one, in the input and in the output.",
        answers: &[
            |case| nhwc(case, true, false),
            |case| nhwc(case, false, true),
            |case| nhwc(case, true, true),
            channels_last,
        ],
    },
    Misconception {
        name: "conv-bias-forgotten",
        advice: "The bias is not added: b[o] belongs to every place of output channel o.",
        answers: &[|case| biased(case, |_| 0)],
    },
    Misconception {
        name: "conv-bias-repeated",
        advice: "The bias is added more than once. It belongs to the sum over all channels and weights, not to each of \
                 its parts.",
        answers: &[
            |case| biased(case, |[_, channels, ..]| channels),
            |case| biased(case, |[_, _, height, width]| height * width),
            |case| biased(case, |[_, channels, height, width]| channels * height * width),
        ],
    },
];

/// The answer with another weight, made of the right one and its extents.
fn weighted(case: &Case, change: impl Fn(&Wide, [u32; 4]) -> Option<Wide>) -> Option<Judged> {
    let mut parts = Parts::of(case)?;
    let (weight, _) = parts.convolution()?;
    parts.parameters[0] = change(weight, extents(weight)?)?;
    parts.answer()
}

/// Input read, or output written, with the channels last, into the shape that is right.
fn nhwc(case: &Case, input: bool, output: bool) -> Option<Judged> {
    let mut parts = Parts::of(case)?;
    parts.convolution()?;
    if input {
        let shape @ [images, channels, height, width] = extents(&parts.input)?;
        let seen = reshaped(&parts.input, [images, height, width, channels])?;
        parts.input = gathered(&seen, shape, 0.0, |[n, c, y, x]| Some([n, y, x, c]))?;
    }
    let answer = parts.answer()?;
    if !output {
        return Some(answer);
    }
    moved(&answer, |tensor| reshaped(&last(tensor)?, extents(tensor)?))
}

/// The right numbers in the shape [N, H, W, C].
fn channels_last(case: &Case) -> Option<Judged> {
    Parts::of(case)?.convolution()?;
    moved(&case.expected, last)
}

/// [N, C, H, W] to [N, H, W, C].
fn last(tensor: &Wide) -> Option<Wide> {
    let [images, channels, height, width] = extents(tensor)?;
    gathered(tensor, [images, height, width, channels], 0.0, |[n, y, x, c]| Some([n, c, y, x]))
}

/// The answer with a multiple of the bias that depends on the weight's extents.
fn biased(case: &Case, times: impl Fn([u32; 4]) -> u32) -> Option<Judged> {
    let mut parts = Parts::of(case)?;
    let (weight, bias) = parts.convolution()?;
    let times = f64::from(times(extents(weight)?));
    let bias = bias?;
    let data = bias.data().iter().map(|b| times * b).collect();
    parts.parameters[1] = Wide::new(bias.shape().clone(), data).ok()?;
    parts.answer()
}
