//! Sums over the first channel alone.
//!
//! expect: fails conv2d, conv2d-without-bias, conv2d-stride, conv2d-padding, conv2d-rectangular, conv2d-sizes
//! expect: fails channel-order, mnist-cnn, memory-efficiency
//! expect: told first-channel-only

use guests::{Conv2d, LayerSpec, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) => Conv2d::weighing(spec, rng, first),
    other => right(other, rng),
});

fn first(conv: &Conv2d, output: usize, channel: usize, offset: [usize; 2]) -> f32 {
    if channel == 0 { conv.weight_at(output, channel, offset) } else { 0.0 }
}
