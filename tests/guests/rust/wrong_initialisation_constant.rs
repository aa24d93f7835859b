//! All weights start alike.
//!
//! expect: fails initialisation
//! expect: told initialisation-constant, initialisation-not-centred, seed-ignored

use guests::{Dense, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => {
        let weight = Tensor::from_fn([spec.inputs, spec.outputs], || 0.01);
        Ok(Box::new(Dense { weight, ..Dense::zeros(spec) }))
    }
    other => right(other, rng),
});
