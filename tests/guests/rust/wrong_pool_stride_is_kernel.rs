//! Moves a pooling window by its own size.
//!
//! expect: fails max-pool2d, max-pool2d-padding, average-pool2d, average-pool2d-padding, output-sizes
//! expect: fails impossible-sizes
//! expect: told impossible-layer-accepted, pool-stride-is-kernel

use guests::{LayerSpec, Pool2dSpec, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::MaxPool2d(spec) =>
        right(&LayerSpec::MaxPool2d(Pool2dSpec { stride: spec.kernel, ..*spec }), rng),
    LayerSpec::AveragePool2d(spec) =>
        right(&LayerSpec::AveragePool2d(Pool2dSpec { stride: spec.kernel, ..*spec }), rng),
    other => right(other, rng),
});
