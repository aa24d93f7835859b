//! Convolution weights start with LeCun's deviation, sqrt(1 / fan-in).
//!
//! expect: fails conv2d-initialisation
//! expect: told initialisation-lecun

use guests::{Conv2d, LayerSpec, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) => {
        let conv = Conv2d::new(spec, rng)?;
        Ok(Box::new(Conv2d { weight: conv.weight.map(|weight| weight / 2.0f32.sqrt()), ..conv }))
    }
    other => right(other, rng),
});
