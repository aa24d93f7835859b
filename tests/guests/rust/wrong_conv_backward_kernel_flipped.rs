//! The gradient of a convolution's input is a product with the kernel turned by 180 degrees.
//!
//! expect: fails backward-conv2d
//! expect: told conv-input-gradient-kernel-flipped

use guests::learning::{Pass, WayBack, conv2d_slopes, taught};
use guests::{LayerSpec, Tensor, export_learning_layers, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(conv) => {
        let conv = *conv;
        Ok(WayBack::boxed(right(spec, rng)?, move |pass| {
            let (mut slopes, weight) = (conv2d_slopes(&conv, pass)?, turned(pass.parameters[0]));
            let parameters = [&weight].into_iter().chain(pass.parameters[1..].iter().copied()).collect();
            slopes.input = conv2d_slopes(&conv, &Pass { parameters, ..*pass })?.input;
            Ok(slopes)
        }))
    }
    _ => taught(spec, rng),
});

/// Every kernel turned by 180 degrees.
fn turned(weight: &Tensor) -> Tensor {
    let area = weight.shape()[2..].iter().product::<u32>() as usize;
    let mut turned = weight.clone();
    turned.data_mut().chunks_mut(area).for_each(<[f32]>::reverse);
    turned
}
