//! tanh's derivative is taken as 1 - x² of the input.
//!
//! expect: fails backward-activations, clip-and-schedule, first-steps
//! expect: told tanh-derivative-at-the-input

use guests::learning::{curve, taught};
use guests::{LayerSpec, export_learning_layers, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Tanh => Ok(curve(right(spec, rng)?, |x, _| 1.0 - x * x)),
    _ => taught(spec, rng),
});
