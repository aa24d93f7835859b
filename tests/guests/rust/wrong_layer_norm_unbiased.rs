//! Layer normalisation divides the variance by one less than the features, Bessel's correction.
//!
//! expect: fails layer-norm, gpt, gpt-gradients, generate-most-likely, generate-by-draws, generate-beyond-context
//! expect: told layer-norm-variance-unbiased

use guests::language::{LayerNorm, fluent};
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::LayerNorm(spec) => {
        let mut norm = LayerNorm::new(spec)?;
        norm.deviation = |squares, count, epsilon| (squares / (count - 1.0) + epsilon).sqrt();
        Ok(norm.taught())
    }
    _ => fluent(spec, rng),
});
