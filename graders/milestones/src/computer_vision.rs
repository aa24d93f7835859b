//! Milestone 2, Computer Vision: "I can teach machines to see!"

mod accuracy;
mod average_pool2d;
mod channel_order;
mod conv2d;
mod impossible_sizes;
mod initialisation;
mod max_pool2d;
mod memory_efficiency;
mod output_sizes;
mod parameters;
mod windows;

use crate::milestone::{Check, Milestone};

const CHECKS: &[(&str, Check)] = &[
    ("conv2d", conv2d::kernels),
    ("conv2d-without-bias", conv2d::without_bias),
    ("conv2d-stride", conv2d::stride),
    ("conv2d-padding", conv2d::padding),
    ("conv2d-rectangular", conv2d::rectangular),
    ("conv2d-sizes", conv2d::sizes),
    ("conv2d-parameters", parameters::check),
    ("conv2d-initialisation", initialisation::check),
    ("max-pool2d", max_pool2d::windows),
    ("max-pool2d-padding", max_pool2d::padding),
    ("average-pool2d", average_pool2d::windows),
    ("average-pool2d-padding", average_pool2d::padding),
    ("output-sizes", output_sizes::check),
    ("channel-order", channel_order::check),
    ("impossible-sizes", impossible_sizes::check),
    ("mnist-cnn", accuracy::check),
    ("memory-efficiency", memory_efficiency::check),
];

/// The milestone with its rubric.
pub(crate) fn milestone() -> Milestone {
    Milestone::embedded(include_str!("computer_vision/milestone.toml"), CHECKS)
}
