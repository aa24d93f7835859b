//! Milestone 4, Advanced Vision: "I can build production computer vision systems!"

mod checkpoints;
mod claims;
mod mastery;
mod production;
mod provenance;
mod recognised;
mod roofline;
mod scaling;
mod speed;
mod subject;
pub(crate) mod sweep;

use tito_data::{CIFAR10, Description, Split, TINYDIGITS};
use tito_grade::Hint;

pub(crate) use self::provenance::{Proof, prove};

use crate::{
    full_training::analysis,
    milestone::{Brings, Check, Milestone},
};

static DATA: [&Description; 2] = [&CIFAR10, &TINYDIGITS];

const CHECKS: &[(&str, Check)] = &[
    ("test-images", mastery::check),
    ("provenance", provenance::check),
    ("dense-speed", speed::dense),
    ("conv2d-speed", speed::conv2d),
    ("claimed-parameters", claims::parameters),
    ("claimed-flops", claims::flops),
    ("claimed-memory", claims::memory),
    ("claimed-scaling", claims::scaling),
    ("systems-analysis", analysis::check),
    ("restore-exact", checkpoints::exact),
    ("damaged-checkpoints", checkpoints::damaged),
    ("any-batch", production::any_batch),
    ("two-hundred-calls", production::two_hundred_calls),
];

/// The milestone with its rubric.
pub(crate) fn milestone() -> Milestone {
    Milestone::embedded(
        include_str!("advanced_vision/milestone.toml"),
        &DATA,
        Split::Test,
        Brings::Training,
        CHECKS,
    )
}

/// What is wrong with a system, by name, with what to tell about it.
const MISTAKES: &[(&str, &str)] = &[
    (
        "epoch-not-trained",
        "`tito train --replay N` trains an epoch of the log again on your machine. The component that is handed in is the \
         one that has trained, byte for byte, and its `fit` draws nothing from outside.",
    ),
    (
        "weights-in-the-component",
        "`build` gives the model that the seed draws. Weights that were learnt belong into the checkpoint.",
    ),
    ("weights-in-restore", "`restore` gives the model whose parameters lie in the checkpoint, and no other."),
    (
        "labels-not-learnt",
        "`fit` learns from the batches that it is lent, whatever their classes are called.",
    ),
    (
        "images-known-by-heart",
        "A network recognises an image with a little noise as well. What recognises known images bit by bit is a table.",
    ),
    (
        "not-restored-exactly",
        "A checkpoint holds every parameter and state as its bits, not as a rounded number, and `restore` puts each where \
         it was.",
    ),
    (
        "damage-unnoticed",
        "Save a checksum of all bytes (CRC-32, for example) with the checkpoint, and hold it against them before anything \
         is read.",
    ),
    (
        "damage-traps",
        "Whoever reads lengths from bytes compares them with what is left before anything is taken or allocated, and returns \
         a fault.",
    ),
    ("memory-grows", "Is something kept from call to call, such as the inputs of every forward pass?"),
    ("calls-uneven", "Every image has the same to do. What is prepared once belongs into the first calls."),
];

/// What to tell about a known mistake.
fn hint(name: &str) -> Option<Hint> {
    let (name, advice) =
        MISTAKES.iter().find(|(known, _)| *known == name).expect("a mistake that is named is known");
    Some(Hint { misconception: (*name).into(), advice: (*advice).into() })
}
