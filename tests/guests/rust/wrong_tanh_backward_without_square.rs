//! tanh's derivative is taken as 1 - y, without the square.
//!
//! expect: fails backward-activations, clip-and-schedule, first-steps
//! expect: told tanh-derivative-without-square

use guests::learning::{curve, taught};
use guests::{LayerSpec, export_learning_layers, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Tanh => Ok(curve(right(spec, rng)?, |_, y| 1.0 - y)),
    _ => taught(spec, rng),
});
