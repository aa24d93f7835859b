//! In the gradient of a convolution's weight input and output channels have changed places.
//!
//! expect: fails backward-conv2d
//! expect: told conv-weight-gradient-transposed

use guests::learning::{bent, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(conv) => {
        let area = (conv.kernel.0 * conv.kernel.1) as usize;
        let [inputs, outputs] = [conv.in_channels as usize, conv.out_channels as usize];
        bent(spec, rng, move |_, slopes| {
            let right = slopes.parameters[0].clone();
            let from = |plane: usize| plane % outputs * inputs + plane / outputs;
            let places = slopes.parameters[0].data_mut().chunks_mut(area).enumerate();
            places.for_each(|(to, plane)| plane.copy_from_slice(&right.data()[from(to) * area..][..area]));
        })
    }
    _ => taught(spec, rng),
});
