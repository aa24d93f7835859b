//! Averages where the largest is asked for.
//!
//! expect: fails max-pool2d, max-pool2d-padding, channel-order, mnist-cnn, memory-efficiency
//! expect: told max-pool-averages

use guests::{LayerSpec, export_layers, mean, pool, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::MaxPool2d(spec) => pool(spec, mean),
    other => right(other, rng),
});
