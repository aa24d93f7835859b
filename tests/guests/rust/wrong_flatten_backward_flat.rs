//! Flatten gives back the gradient as it came, not in the shape of the input.
//!
//! expect: fails backward-activations, backward-stacks, checkpoints
//! expect: told flatten-gradient-flat

use guests::learning::{bent, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Flatten => bent(spec, rng, |pass, slopes| slopes.input = pass.gradient.clone()),
    _ => taught(spec, rng),
});
