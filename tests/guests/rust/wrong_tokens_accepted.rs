//! A number that is no token is taken for the last one.
//!
//! expect: fails impossible-language
//! expect: told impossible-language-accepted

use guests::language::{Tokens, fluent};
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::TokenEmbedding(spec) => {
        let mut table = Tokens::new(spec, rng)?;
        table.is_none = |_, _| false;
        table.row = |token, entries| token.min(entries - 1);
        Ok(table.taught())
    }
    _ => fluent(spec, rng),
});
