//! Weights start with He's deviation, sqrt(2 / inputs).
//!
//! expect: fails initialisation
//! expect: told initialisation-he

use guests::{Dense, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => {
        let deviation = (2.0 / spec.inputs as f32).sqrt();
        let weight = Tensor::from_fn([spec.inputs, spec.outputs], || rng.normal() * deviation);
        Ok(Box::new(Dense { weight, ..Dense::zeros(spec) }))
    }
    other => right(other, rng),
});
