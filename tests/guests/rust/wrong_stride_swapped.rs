//! Takes the height of the stride for its width.
//!
//! expect: fails conv2d-stride, max-pool2d, max-pool2d-padding, average-pool2d, average-pool2d-padding
//! expect: fails output-sizes
//! expect: told stride-swapped

use guests::{Conv2dSpec, LayerSpec, Pool2dSpec, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) =>
        right(&LayerSpec::Conv2d(Conv2dSpec { stride: (spec.stride.1, spec.stride.0), ..*spec }), rng),
    LayerSpec::MaxPool2d(spec) =>
        right(&LayerSpec::MaxPool2d(Pool2dSpec { stride: (spec.stride.1, spec.stride.0), ..*spec }), rng),
    LayerSpec::AveragePool2d(spec) =>
        right(&LayerSpec::AveragePool2d(Pool2dSpec { stride: (spec.stride.1, spec.stride.0), ..*spec }), rng),
    other => right(other, rng),
});
