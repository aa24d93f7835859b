//! Milestone 1, Basic Inference: "I can make neural networks work!"

mod accuracy;
mod activations;
mod code_quality;
mod composition;
mod dense;
mod flatten;
mod independence;
mod initialisation;
mod load_exact;
mod parameter_order;
mod repeatability;
mod softmax;
mod unknown_layers;
mod wrong_shapes;

use tito_data::{Description, MNIST, Split, TINYDIGITS};

use crate::milestone::{Brings, Check, Milestone};

static DATA: [&Description; 2] = [&MNIST, &TINYDIGITS];

const CHECKS: &[(&str, Check)] = &[
    ("dense", dense::with_bias),
    ("dense-without-bias", dense::without_bias),
    ("dense-rank-3", dense::rank_3),
    ("relu", activations::relu),
    ("sigmoid", activations::sigmoid),
    ("tanh", activations::tanh),
    ("saturation", activations::saturation),
    ("softmax", softmax::rows),
    ("softmax-shift", softmax::shift),
    ("flatten", flatten::check),
    ("composition", composition::check),
    ("parameter-order", parameter_order::check),
    ("load-exact", load_exact::check),
    ("independence", independence::check),
    ("repeatability", repeatability::check),
    ("wrong-shapes", wrong_shapes::check),
    ("unknown-layers", unknown_layers::check),
    ("initialisation", initialisation::check),
    ("mnist-mlp", accuracy::check),
    ("code-quality", code_quality::check),
];

/// The milestone with its rubric.
pub(crate) fn milestone() -> Milestone {
    Milestone::embedded(
        include_str!("basic_inference/milestone.toml"),
        &DATA,
        Split::Test,
        Brings::TrainedNetworks,
        CHECKS,
    )
}
