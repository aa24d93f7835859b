//! The sum ends one input too early.
//!
//! expect: fails dense, dense-without-bias, dense-rank-3
//! expect: told last-input-dropped

use guests::{Dense, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Dense::computing(spec, rng, too_short)),
    other => right(other, rng),
});

fn too_short(dense: &Dense, input: &Tensor) -> Vec<f32> {
    dense.sums(input, |row, output| dense.product(&row[..row.len() - 1], output) + dense.bias(output))
}
