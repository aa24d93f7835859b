//! Softmax goes back as if every element depended on its own logit alone.
//!
//! expect: fails backward-activations
//! expect: told softmax-diagonal-only

use guests::learning::{curve, taught};
use guests::{LayerSpec, export_learning_layers, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Softmax => Ok(curve(right(spec, rng)?, |_, p| p * (1.0 - p))),
    _ => taught(spec, rng),
});
