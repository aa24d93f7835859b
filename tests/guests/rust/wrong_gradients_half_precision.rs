//! Dense layers and convolutions round their gradients to eleven bits, as half precision does.
//!
//! expect: fails backward-dense, backward-conv2d, clip-and-schedule, first-steps
//! expect: told half-precision

use guests::learning::{bent, taught};
use guests::{LayerSpec, Tensor, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dense(_) | LayerSpec::Conv2d(_) => bent(spec, rng, |_, slopes| {
        let parameters = slopes.parameters.iter_mut().flat_map(Tensor::data_mut);
        slopes.input.data_mut().iter_mut().chain(parameters).for_each(|slope| *slope = half(*slope));
    }),
    _ => taught(spec, rng),
});

fn half(slope: f32) -> f32 {
    f32::from_bits(slope.to_bits().wrapping_add(0x1000) & 0xffff_e000)
}
