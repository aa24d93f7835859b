//! Places are counted from 1.
//!
//! expect: fails position-embedding, gpt, gpt-gradients, generate-most-likely, generate-by-draws
//! expect: fails generate-beyond-context
//! expect: told positions-off-by-one

use guests::language::{Places, fluent};
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::PositionEmbedding(spec) => {
        let mut table = Places::new(spec, rng)?;
        table.row = |[_, place], rows, _| Some((place + 1).min(rows - 1));
        Ok(table.taught())
    }
    _ => fluent(spec, rng),
});
