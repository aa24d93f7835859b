//! Milestone 2, Computer Vision: "I can teach machines to see!"

mod accuracy;
mod channel_order;
pub(crate) mod conv2d;
mod impossible_sizes;
mod initialisation;
mod memory_efficiency;
mod output_sizes;
mod parameters;
mod pool2d;
pub(crate) mod windows;

use tito_data::{Description, MNIST, Split, TINYDIGITS};

use crate::milestone::{Brings, Check, Milestone};

static DATA: [&Description; 2] = [&MNIST, &TINYDIGITS];

const CHECKS: &[(&str, Check)] = &[
    ("conv2d", conv2d::kernels),
    ("conv2d-without-bias", conv2d::without_bias),
    ("conv2d-stride", conv2d::stride),
    ("conv2d-padding", conv2d::padding),
    ("conv2d-rectangular", conv2d::rectangular),
    ("conv2d-sizes", conv2d::sizes),
    ("conv2d-parameters", parameters::check),
    ("conv2d-initialisation", initialisation::check),
    ("max-pool2d", pool2d::max),
    ("max-pool2d-padding", pool2d::max_padded),
    ("average-pool2d", pool2d::average),
    ("average-pool2d-padding", pool2d::average_padded),
    ("output-sizes", output_sizes::check),
    ("channel-order", channel_order::check),
    ("impossible-sizes", impossible_sizes::check),
    ("mnist-cnn", accuracy::check),
    ("memory-efficiency", memory_efficiency::check),
];

/// The milestone with its rubric.
pub(crate) fn milestone() -> Milestone {
    Milestone::embedded(
        include_str!("computer_vision/milestone.toml"),
        &DATA,
        Split::Test,
        Brings::TrainedNetworks,
        CHECKS,
    )
}
