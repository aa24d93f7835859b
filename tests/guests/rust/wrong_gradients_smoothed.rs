//! `backward` adds to nine tenths of the gradients so far, a momentum in the wrong place.
//!
//! expect: fails gradients-accumulate
//! expect: told gradients-not-added

use guests::learning::{taught, way_back};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dense(_) | LayerSpec::Conv2d(_) => {
        let mut layer = way_back(spec, rng)?;
        layer.accumulate = |sum, slope| *sum = 0.9 * *sum + slope;
        Ok(Box::new(layer))
    }
    _ => taught(spec, rng),
});
