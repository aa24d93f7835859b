//! Takes the padding of max-pool for zeros.
//!
//! expect: fails max-pool2d-padding
//! expect: told max-pool-zero-padding

use guests::{LayerSpec, export_layers, largest, pool, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::MaxPool2d(spec) => pool(spec, with_zeros),
    other => right(other, rng),
});

fn with_zeros(seen: &[f32], area: usize) -> f32 {
    if seen.len() < area { largest(seen, area).max(0.0) } else { largest(seen, area) }
}
