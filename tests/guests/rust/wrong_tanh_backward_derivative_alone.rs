//! tanh gives back its derivative, without the gradient from above.
//!
//! expect: fails clip-and-schedule, backward-activations, one-batch, loss-falls, first-steps
//! expect: told batch-not-learnt, derivative-alone, loss-does-not-fall

use guests::learning::{bent, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Tanh => bent(spec, rng, |pass, slopes| slopes.input = pass.output.map(|y| 1.0 - y * y)),
    _ => taught(spec, rng),
});
