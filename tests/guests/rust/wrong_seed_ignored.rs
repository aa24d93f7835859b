//! Weights start from a seed of its own.
//!
//! expect: fails initialisation
//! expect: told seed-ignored

use guests::{Dense, LayerSpec, Rng, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Box::new(Dense::new(spec, &mut Rng::new(u64::from(spec.inputs))))),
    other => right(other, rng),
});
