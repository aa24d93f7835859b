//! Tanh is the sigmoid.
//!
//! expect: fails tanh, saturation
//! expect: told tanh-is-sigmoid

use guests::{LayerSpec, elementwise, export_layers, right, sigmoid};

export_layers!(|spec, rng| match spec {
    LayerSpec::Tanh => Ok(elementwise(sigmoid)),
    other => right(other, rng),
});
