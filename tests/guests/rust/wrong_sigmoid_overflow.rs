//! Sigmoid is infinity over infinity for large inputs.
//!
//! expect: fails saturation
//! expect: told sigmoid-overflow

use guests::{LayerSpec, elementwise, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Sigmoid => Ok(elementwise(|x| x.exp() / (1.0 + x.exp()))),
    other => right(other, rng),
});
