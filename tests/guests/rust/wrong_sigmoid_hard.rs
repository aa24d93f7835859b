//! Sigmoid is a straight line, cut at 0 and 1.
//!
//! expect: fails sigmoid, saturation
//! expect: told sigmoid-hard

use guests::{LayerSpec, elementwise, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Sigmoid => Ok(elementwise(|x| (0.2 * x + 0.5).clamp(0.0, 1.0))),
    other => right(other, rng),
});
