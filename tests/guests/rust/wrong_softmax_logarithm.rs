//! Softmax gives its logarithm.
//!
//! expect: fails softmax, softmax-shift
//! expect: told softmax-logarithm

use guests::{LayerSpec, export_layers, right, rowwise};

export_layers!(|spec, rng| match spec {
    LayerSpec::Softmax => Ok(rowwise(logarithm)),
    other => right(other, rng),
});

fn logarithm(row: &mut [f32]) {
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = row.iter().map(|x| (x - most).exp()).sum();
    row.iter_mut().for_each(|x| *x = *x - most - sum.ln());
}
