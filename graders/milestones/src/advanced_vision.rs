//! Milestone 4, Advanced Vision: "I can build production computer vision systems!"

mod roofline;
mod speed;

use tito_data::{CIFAR10, Description, Split, TINYDIGITS};

use crate::milestone::{Check, Milestone};

static DATA: [&Description; 2] = [&CIFAR10, &TINYDIGITS];

const CHECKS: &[(&str, Check)] = &[("dense-speed", speed::dense), ("conv2d-speed", speed::conv2d)];

/// The milestone with its rubric.
pub(crate) fn milestone() -> Milestone {
    Milestone::embedded(include_str!("advanced_vision/milestone.toml"), &DATA, Split::Test, CHECKS)
}
