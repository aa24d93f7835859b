//! Layer normalisation leaves out beta.
//!
//! expect: HEADER
//! expect: told layer-norm-not-scaled

use guests::language::{LayerNorm, fluent};
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::LayerNorm(spec) => {
        let mut norm = LayerNorm::new(spec)?;
        norm.scaled = |[gamma, _], x| gamma * x;
        Ok(norm.taught())
    }
    _ => fluent(spec, rng),
});
