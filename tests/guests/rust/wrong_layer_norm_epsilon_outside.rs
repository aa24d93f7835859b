//! Layer normalisation adds epsilon to the root.
//!
//! expect: fails layer-norm, gpt, gpt-gradients
//! expect: told layer-norm-epsilon-outside

use guests::language::{LayerNorm, fluent};
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::LayerNorm(spec) => {
        let mut norm = LayerNorm::new(spec)?;
        norm.deviation = |squares, count, epsilon| (squares / count).sqrt() + epsilon;
        Ok(norm.taught())
    }
    _ => fluent(spec, rng),
});
