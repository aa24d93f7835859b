//! The gradient of a convolution's kernel is turned by 180 degrees.
//!
//! expect: fails backward-conv2d
//! expect: told conv-weight-gradient-flipped

use guests::learning::{bent, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(conv) => {
        let area = (conv.kernel.0 * conv.kernel.1) as usize;
        bent(spec, rng, move |_, slopes| {
            slopes.parameters[0].data_mut().chunks_mut(area).for_each(<[f32]>::reverse);
        })
    }
    _ => taught(spec, rng),
});
