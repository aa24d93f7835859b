//! Reads each kernel column by column.
//!
//! expect: fails conv2d, conv2d-without-bias, conv2d-stride, conv2d-padding, conv2d-rectangular, conv2d-sizes
//! expect: fails mnist-cnn, memory-efficiency
//! expect: told kernel-transposed

use guests::{Conv2d, LayerSpec, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) => Conv2d::weighing(spec, rng, transposed),
    other => right(other, rng),
});

fn transposed(conv: &Conv2d, output: usize, channel: usize, [y, x]: [usize; 2]) -> f32 {
    let [height, width] = conv.window.kernel;
    conv.weight.data()[((output * conv.channels + channel) * width + x) * height + y]
}
