//! Softmax without the shift: exponentials overflow.
//!
//! expect: fails softmax-shift
//! expect: told softmax-unshifted

use guests::{LayerSpec, export_layers, right, rowwise};

export_layers!(|spec, rng| match spec {
    LayerSpec::Softmax => Ok(rowwise(unshifted)),
    other => right(other, rng),
});

fn unshifted(row: &mut [f32]) {
    row.iter_mut().for_each(|x| *x = x.exp());
    let sum: f32 = row.iter().sum();
    row.iter_mut().for_each(|x| *x /= sum);
}
