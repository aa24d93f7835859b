//! Softmax goes back without the probability in front: dy - Σ p dy.
//!
//! expect: fails backward-activations
//! expect: told softmax-gradient-unweighted

use guests::learning::{bent, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Softmax => bent(spec, rng, |pass, slopes| {
        for (slopes, p) in slopes.input.rows_mut().zip(pass.output.rows()) {
            slopes.iter_mut().zip(p).for_each(|(slope, p)| *slope /= p);
        }
    }),
    _ => taught(spec, rng),
});
