//! Sigmoid is the tanh.
//!
//! expect: fails sigmoid, saturation
//! expect: told sigmoid-is-tanh

use guests::{LayerSpec, elementwise, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Sigmoid => Ok(elementwise(f32::tanh)),
    other => right(other, rng),
});
