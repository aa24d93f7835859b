//! Takes the height of the padding for its width.
//!
//! expect: fails conv2d-padding, max-pool2d-padding, average-pool2d-padding, output-sizes
//! expect: told padding-swapped

use guests::{Conv2dSpec, LayerSpec, Pool2dSpec, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) =>
        right(&LayerSpec::Conv2d(Conv2dSpec { padding: (spec.padding.1, spec.padding.0), ..*spec }), rng),
    LayerSpec::MaxPool2d(spec) =>
        right(&LayerSpec::MaxPool2d(Pool2dSpec { padding: (spec.padding.1, spec.padding.0), ..*spec }), rng),
    LayerSpec::AveragePool2d(spec) => right(
        &LayerSpec::AveragePool2d(Pool2dSpec { padding: (spec.padding.1, spec.padding.0), ..*spec }),
        rng
    ),
    other => right(other, rng),
});
