//! ReLU gives the absolute value.
//!
//! expect: fails relu, mnist-cnn, memory-efficiency
//! expect: told relu-absolute

use guests::{LayerSpec, elementwise, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Relu => Ok(elementwise(f32::abs)),
    other => right(other, rng),
});
