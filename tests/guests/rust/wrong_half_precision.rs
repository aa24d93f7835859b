//! Rounds every sum to the eleven bits of half precision.
//!
//! expect: fails dense, dense-without-bias, dense-rank-3, dense-speed, conv2d-speed
//! expect: told half-precision, wrong-when-measured

use guests::{Dense, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Dense::computing(spec, rng, halved)),
    other => right(other, rng),
});

fn halved(dense: &Dense, input: &Tensor) -> Vec<f32> {
    dense.right(input).into_iter().map(half).collect()
}

/// Round half up in the magnitude; the range of half precision is not imitated.
fn half(x: f32) -> f32 {
    f32::from_bits((x.to_bits() + (1 << 12)) & !((1 << 13) - 1))
}
