//! Dense layers and convolutions keep what they saw last, in inference, too.
//!
//! expect: fails gradients-accumulate
//! expect: told inference-forgets-training

use guests::learning::{taught, way_back};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dense(_) | LayerSpec::Conv2d(_) => {
        let mut layer = way_back(spec, rng)?;
        layer.keeps = Box::new(|_| true);
        Ok(Box::new(layer))
    }
    _ => taught(spec, rng),
});
