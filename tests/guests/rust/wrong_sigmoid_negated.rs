//! Sigmoid falls where it should grow.
//!
//! expect: fails sigmoid, saturation
//! expect: told sigmoid-negated

use guests::{LayerSpec, elementwise, export_layers, right, sigmoid};

export_layers!(|spec, rng| match spec {
    LayerSpec::Sigmoid => Ok(elementwise(|x| sigmoid(-x))),
    other => right(other, rng),
});
