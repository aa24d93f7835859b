//! Layer normalisation forgets its epsilon.
//!
//! expect: fails layer-norm, gpt, gpt-gradients
//! expect: told half-precision, layer-norm-epsilon-forgotten

use guests::language::{LayerNorm, fluent};
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::LayerNorm(spec) => {
        let mut norm = LayerNorm::new(spec)?;
        norm.deviation = |squares, count, _| (squares / count).sqrt();
        Ok(norm.taught())
    }
    _ => fluent(spec, rng),
});
