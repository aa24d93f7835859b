//! The gradient of a dense layer's bias is the mean over the batch, which the loss has divided by already.
//!
//! expect: fails backward-dense, clip-and-schedule, first-steps
//! expect: told bias-gradient-averaged

use guests::learning::{bent, taught};
use guests::{LayerSpec, Tensor, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dense(_) => bent(spec, rng, |pass, slopes| {
        let rows = pass.gradient.rows().count() as f32;
        let bias = slopes.parameters.iter_mut().skip(1).flat_map(Tensor::data_mut);
        bias.for_each(|slope| *slope /= rows);
    }),
    _ => taught(spec, rng),
});
