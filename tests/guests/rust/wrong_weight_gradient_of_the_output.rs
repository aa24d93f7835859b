//! The gradient of a dense layer's weight is made of the output, not of the output's gradient.
//!
//! expect: fails clip-and-schedule, backward-dense, one-batch, loss-falls, first-steps
//! expect: told weight-gradient-of-the-output, loss-does-not-fall, batch-not-learnt

use guests::learning::{Pass, WayBack, slopes, taught};
use guests::{LayerSpec, export_learning_layers, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dense(_) => {
        let whole = *spec;
        Ok(WayBack::boxed(right(spec, rng)?, move |pass| {
            let parameters = pass.parameters.clone();
            let made = slopes(&whole, &Pass { parameters, gradient: pass.output, ..*pass })?;
            let mut slopes = slopes(&whole, pass)?;
            slopes.parameters[0] = made.parameters[0].clone();
            Ok(slopes)
        }))
    }
    _ => taught(spec, rng),
});
