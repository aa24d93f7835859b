//! Adds the bias of a convolution once for every channel.
//!
//! expect: fails conv2d, conv2d-stride, conv2d-padding, conv2d-rectangular, conv2d-sizes
//! expect: told conv-bias-repeated

use guests::{Conv2d, LayerSpec, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) => Ok(Box::new(Conv2d { bias_at: repeated, ..Conv2d::new(spec, rng)? })),
    other => right(other, rng),
});

fn repeated(conv: &Conv2d, output: usize) -> f32 {
    conv.channels as f32 * conv.bias_at(output)
}
