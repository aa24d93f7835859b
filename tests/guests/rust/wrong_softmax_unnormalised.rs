//! Softmax does not divide by the sum.
//!
//! expect: fails softmax, softmax-shift
//! expect: told softmax-unnormalised

use guests::{LayerSpec, export_layers, right, rowwise};

export_layers!(|spec, rng| match spec {
    LayerSpec::Softmax => Ok(rowwise(unnormalised)),
    other => right(other, rng),
});

fn unnormalised(row: &mut [f32]) {
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    row.iter_mut().for_each(|x| *x = (*x - most).exp());
}
