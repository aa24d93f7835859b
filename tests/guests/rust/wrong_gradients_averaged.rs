//! `backward` leaves the mean of the gradients so far and its own.
//!
//! expect: fails gradients-accumulate
//! expect: told gradients-averaged

use guests::learning::{taught, way_back};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dense(_) | LayerSpec::Conv2d(_) => {
        let mut layer = way_back(spec, rng)?;
        layer.accumulate = |sum, slope| *sum = if *sum == 0.0 { slope } else { f32::midpoint(*sum, slope) };
        Ok(Box::new(layer))
    }
    _ => taught(spec, rng),
});
