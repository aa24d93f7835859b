//! Reads the weight as [in-channels, out-channels, …].
//!
//! expect: fails conv2d, conv2d-without-bias, conv2d-stride, conv2d-padding, conv2d-rectangular, conv2d-sizes
//! expect: fails channel-order, mnist-cnn, memory-efficiency
//! expect: told kernel-channels-swapped

use guests::{Conv2d, LayerSpec, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) => Conv2d::weighing(spec, rng, swapped),
    other => right(other, rng),
});

fn swapped(conv: &Conv2d, output: usize, channel: usize, [y, x]: [usize; 2]) -> f32 {
    let [height, width] = conv.window.kernel;
    conv.weight.data()[((channel * conv.outputs + output) * height + y) * width + x]
}
