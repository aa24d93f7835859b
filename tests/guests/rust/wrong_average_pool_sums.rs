//! Sums without dividing.
//!
//! expect: fails average-pool2d, average-pool2d-padding, channel-order
//! expect: told average-pool-sums

use guests::{LayerSpec, export_layers, pool, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::AveragePool2d(spec) => pool(spec, |seen, _| seen.iter().sum()),
    other => right(other, rng),
});
