//! The gradient of a dense layer's bias is that of the first row alone.
//!
//! expect: fails backward-dense, clip-and-schedule, first-steps
//! expect: told bias-gradient-not-summed

use guests::learning::{bent, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dense(_) => bent(spec, rng, |pass, slopes| {
        let row = pass.gradient.rows().next().unwrap_or_default();
        slopes.parameters.iter_mut().skip(1).for_each(|bias| bias.data_mut().copy_from_slice(row));
    }),
    _ => taught(spec, rng),
});
