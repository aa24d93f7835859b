//! A convolution goes back as if its window had moved one element at a time.
//!
//! expect: fails backward-conv2d
//! expect: told backward-ignores-stride

use guests::learning::{WayBack, conv2d_slopes, taught};
use guests::{Conv2dSpec, LayerSpec, export_learning_layers, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(conv) => {
        let conv = Conv2dSpec { stride: (1, 1), ..*conv };
        Ok(WayBack::boxed(right(spec, rng)?, move |pass| conv2d_slopes(&conv, pass)))
    }
    _ => taught(spec, rng),
});
