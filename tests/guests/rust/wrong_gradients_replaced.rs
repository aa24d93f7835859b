//! `backward` replaces the gradients of dense layers and convolutions, instead of adding to them.
//!
//! expect: fails gradients-accumulate
//! expect: told gradients-replaced

use guests::learning::{taught, way_back};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dense(_) | LayerSpec::Conv2d(_) => {
        let mut layer = way_back(spec, rng)?;
        layer.accumulate = |sum, slope| *sum = slope;
        Ok(Box::new(layer))
    }
    _ => taught(spec, rng),
});
