//! ReLU keeps a hundredth of what is negative.
//!
//! expect: fails relu
//! expect: told relu-leaky

use guests::{LayerSpec, elementwise, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Relu => Ok(elementwise(|x| if x < 0.0 { 0.01 * x } else { x })),
    other => right(other, rng),
});
