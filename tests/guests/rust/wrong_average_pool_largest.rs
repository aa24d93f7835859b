//! Takes the largest where the mean is asked for.
//!
//! expect: fails average-pool2d, average-pool2d-padding, channel-order
//! expect: told average-pool-takes-largest

use guests::{LayerSpec, export_layers, largest, pool, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::AveragePool2d(spec) => pool(spec, largest),
    other => right(other, rng),
});
