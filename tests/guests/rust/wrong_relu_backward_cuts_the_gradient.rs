//! ReLU goes back as it goes forward: what is cut is the negative part of the gradient.
//!
//! expect: fails backward-activations
//! expect: told relu-mask-of-the-gradient

use guests::learning::{bent, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Relu => bent(spec, rng, |pass, slopes| slopes.input = pass.gradient.map(|dy| dy.max(0.0))),
    _ => taught(spec, rng),
});
