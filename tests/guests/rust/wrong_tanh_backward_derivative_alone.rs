//! tanh gives back its derivative, without the gradient from above.
//!
//! expect: fails backward-activations, one-batch, clip-and-schedule, first-steps
//! expect: told derivative-alone

use guests::learning::{bent, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Tanh => bent(spec, rng, |pass, slopes| slopes.input = pass.output.map(|y| 1.0 - y * y)),
    _ => taught(spec, rng),
});
