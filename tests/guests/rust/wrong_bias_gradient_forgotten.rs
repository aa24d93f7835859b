//! A dense layer's bias is never learnt: its gradient stays 0.
//!
//! expect: fails backward-dense, backward-stacks, clip-and-schedule, first-steps
//! expect: told gradient-zero

use guests::learning::{bent, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dense(_) => bent(spec, rng, |_, slopes| {
        slopes.parameters.iter_mut().skip(1).for_each(|bias| bias.data_mut().fill(0.0));
    }),
    _ => taught(spec, rng),
});
