//! Divides by what lies in the image.
//!
//! expect: fails average-pool2d-padding
//! expect: told average-pool-padding-left-out

use guests::{LayerSpec, export_layers, mean, pool, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::AveragePool2d(spec) => pool(spec, |seen, _| mean(seen, seen.len())),
    other => right(other, rng),
});
