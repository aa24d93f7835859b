//! ReLU is cut at 6.
//!
//! expect: fails relu, memory-efficiency
//! expect: told relu-capped

use guests::{LayerSpec, elementwise, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Relu => Ok(elementwise(|x| x.clamp(0.0, 6.0))),
    other => right(other, rng),
});
