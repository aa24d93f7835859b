//! ReLU's gradient passes where the input was negative, too.
//!
//! expect: fails backward-activations
//! expect: told relu-mask-missing

use guests::learning::{curve, taught};
use guests::{LayerSpec, export_learning_layers, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Relu => Ok(curve(right(spec, rng)?, |_, _| 1.0)),
    _ => taught(spec, rng),
});
