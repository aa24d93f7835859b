//! The gradient of a convolution's bias is the mean over all places of all images.
//!
//! expect: fails backward-conv2d
//! expect: told conv-bias-gradient-averaged

use guests::learning::{bent, taught};
use guests::{LayerSpec, Tensor, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(_) => bent(spec, rng, |pass, slopes| {
        let places = pass.gradient.data().len() as f32 / pass.gradient.shape()[1] as f32;
        let bias = slopes.parameters.iter_mut().skip(1).flat_map(Tensor::data_mut);
        bias.for_each(|slope| *slope /= places);
    }),
    _ => taught(spec, rng),
});
