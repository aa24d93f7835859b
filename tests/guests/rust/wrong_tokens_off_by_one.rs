//! Every token has the row of the one behind it.
//!
//! expect: fails token-embedding, gpt, gpt-gradients, generate-most-likely, generate-by-draws
//! expect: fails generate-beyond-context
//! expect: told tokens-off-by-one

use guests::language::{Tokens, fluent};
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::TokenEmbedding(spec) => {
        let mut table = Tokens::new(spec, rng)?;
        table.row = |token, entries| (token + 1) % entries;
        Ok(table.taught())
    }
    _ => fluent(spec, rng),
});
