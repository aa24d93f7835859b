//! The gradient of a convolution's bias is summed over the first image alone.
//!
//! expect: fails backward-conv2d
//! expect: told conv-bias-gradient-not-summed

use guests::learning::{bent, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(_) => bent(spec, rng, |pass, slopes| {
        let plane = pass.gradient.shape()[2..].iter().product::<u32>() as usize;
        for bias in slopes.parameters.iter_mut().skip(1) {
            let sums = pass.gradient.data().chunks(plane).map(|plane| plane.iter().sum());
            bias.data_mut().iter_mut().zip(sums).for_each(|(slope, sum)| *slope = sum);
        }
    }),
    _ => taught(spec, rng),
});
