//! The gradient of a token's row is that of the last place where it stands.
//!
//! expect: fails backward-token-embedding, gpt-gradients
//! expect: told token-gradient-not-accumulated

use guests::language::{Tokens, fluent, token_slopes};
use guests::learning::WayBack;
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::TokenEmbedding(spec) => {
        let layer = Tokens::new(spec, rng)?;
        Ok(WayBack::boxed(Box::new(layer), move |pass| Ok(token_slopes(pass, |slot, dy| *slot = dy))))
    }
    _ => fluent(spec, rng),
});
