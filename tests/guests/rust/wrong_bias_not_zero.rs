//! Biases start as the weights do.
//!
//! expect: fails initialisation
//! expect: told bias-not-zero

use guests::{Dense, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => {
        let bias = spec.bias.then(|| Tensor::from_fn([spec.outputs], || 0.01 * rng.normal()));
        Ok(Box::new(Dense { bias, ..Dense::new(spec, rng) }))
    }
    other => right(other, rng),
});
