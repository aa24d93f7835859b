//! A number that is no token is looked for in the table all the same.
//!
//! expect: fails impossible-language
//! expect: told impossible-language-accepted, impossible-language-traps
//! expect: trap unreachable

use guests::language::{Tokens, fluent};
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::TokenEmbedding(spec) => {
        let mut table = Tokens::new(spec, rng)?;
        table.is_none = |_, _| false;
        Ok(table.taught())
    }
    _ => fluent(spec, rng),
});
