//! A dense layer divides the gradients of its parameters by the size of the batch once more.
//!
//! expect: fails backward-dense, clip-and-schedule, first-steps
//! expect: told gradient-averaged-again

use guests::learning::{bent, taught};
use guests::{LayerSpec, Tensor, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dense(_) => bent(spec, rng, |pass, slopes| {
        let rows = pass.gradient.rows().count() as f32;
        slopes.parameters.iter_mut().flat_map(Tensor::data_mut).for_each(|slope| *slope /= rows);
    }),
    _ => taught(spec, rng),
});
