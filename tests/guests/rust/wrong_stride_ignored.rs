//! Moves every window one element at a time.
//!
//! expect: fails unknown-layers, conv2d-stride, conv2d-padding, conv2d-sizes, max-pool2d, max-pool2d-padding
//! expect: fails average-pool2d, average-pool2d-padding, output-sizes, channel-order, impossible-sizes
//! expect: fails mnist-cnn, memory-efficiency
//! expect: told impossible-layer-accepted, stride-ignored, unknown-layer-passed-over

use guests::{Conv2dSpec, LayerSpec, Pool2dSpec, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) => right(&LayerSpec::Conv2d(Conv2dSpec { stride: (1, 1), ..*spec }), rng),
    LayerSpec::MaxPool2d(spec) => right(&LayerSpec::MaxPool2d(Pool2dSpec { stride: (1, 1), ..*spec }), rng),
    LayerSpec::AveragePool2d(spec) =>
        right(&LayerSpec::AveragePool2d(Pool2dSpec { stride: (1, 1), ..*spec }), rng),
    other => right(other, rng),
});
