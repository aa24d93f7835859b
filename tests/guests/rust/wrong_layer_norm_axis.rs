//! Layer normalisation takes the moments of a feature over all rows, as batch normalisation does.
//!
//! expect: fails layer-norm, causality, gpt, gpt-gradients, generate-most-likely, generate-by-draws
//! expect: fails generate-beyond-context
//! expect: told layer-norm-axis, looks-ahead

use guests::language::{LayerNorm, fluent};
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::LayerNorm(spec) => {
        let mut norm = LayerNorm::new(spec)?;
        norm.group = |at, shape| at % shape[shape.len() - 1] as usize;
        Ok(norm.taught())
    }
    _ => fluent(spec, rng),
});
