//! Never adds the bias of a convolution.
//!
//! expect: fails conv2d, conv2d-stride, conv2d-padding, conv2d-rectangular, conv2d-sizes
//! expect: told conv-bias-forgotten

use guests::{Conv2d, LayerSpec, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) => Ok(Box::new(Conv2d { bias_at: none, ..Conv2d::new(spec, rng)? })),
    other => right(other, rng),
});

fn none(_: &Conv2d, _: usize) -> f32 {
    0.0
}
