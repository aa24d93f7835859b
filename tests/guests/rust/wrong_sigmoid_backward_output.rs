//! Sigmoid's backward returns the output.
//!
//! expect: fails backward-activations
//! expect: told output-returned

use guests::learning::{bent, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Sigmoid => bent(spec, rng, |pass, slopes| slopes.input = pass.output.clone()),
    _ => taught(spec, rng),
});
