//! Sigmoid's derivative is taken as x (1 - x) of the input.
//!
//! expect: fails backward-activations
//! expect: told sigmoid-derivative-at-the-input

use guests::learning::{curve, taught};
use guests::{LayerSpec, export_learning_layers, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Sigmoid => Ok(curve(right(spec, rng)?, |x, _| x * (1.0 - x))),
    _ => taught(spec, rng),
});
