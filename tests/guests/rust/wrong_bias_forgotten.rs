//! Never adds the bias.
//!
//! expect: fails dense, dense-rank-3
//! expect: told bias-forgotten

use guests::{Dense, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Dense::computing(spec, rng, product)),
    other => right(other, rng),
});

fn product(dense: &Dense, input: &Tensor) -> Vec<f32> {
    dense.sums(input, |row, output| dense.product(row, output))
}
