//! Layer normalisation leaves out beta.
//!
//! expect: fails layer-norm, gpt, gpt-gradients, generate-most-likely, generate-by-draws, generate-beyond-context
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
