//! Sigmoid's derivative is s(y) (1 - s(y)): the function is applied to its own output.
//!
//! expect: fails backward-activations
//! expect: told activation-applied-twice

use guests::learning::{curve, taught};
use guests::{LayerSpec, export_learning_layers, right, sigmoid};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Sigmoid => Ok(curve(right(spec, rng)?, |_, y| sigmoid(y) * (1.0 - sigmoid(y)))),
    _ => taught(spec, rng),
});
