//! ReLU gives its own derivative.
//!
//! expect: fails relu, composition, mnist-mlp, mnist-cnn, memory-efficiency
//! expect: told relu-mask, input-ignored

use guests::{LayerSpec, elementwise, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Relu => Ok(elementwise(|x| if x > 0.0 { 1.0 } else { 0.0 })),
    other => right(other, rng),
});
