//! A convolution gives back the corner of the padded image's gradient, where it lacks the padding on two sides.
//!
//! expect: fails backward-conv2d
//! expect: told backward-ignores-padding

use guests::learning::{Slopes, WayBack, conv2d_slopes, taught};
use guests::{Conv2dSpec, LayerSpec, export_learning_layers, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(conv) => {
        let (conv, bare) = (*conv, Conv2dSpec { padding: (0, 0), ..*conv });
        Ok(WayBack::boxed(right(spec, rng)?, move |pass| {
            let input = conv2d_slopes(&bare, pass)?.input;
            Ok(Slopes { input, ..conv2d_slopes(&conv, pass)? })
        }))
    }
    _ => taught(spec, rng),
});
