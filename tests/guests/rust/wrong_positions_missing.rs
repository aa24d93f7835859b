//! No row of the table of places is added.
//!
//! expect: fails position-embedding, position-dependence, gpt, gpt-gradients, generate-most-likely, generate-by-draws
//! expect: fails generate-beyond-context
//! expect: told positions-missing

use guests::language::{Places, fluent};
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::PositionEmbedding(spec) => {
        let mut table = Places::new(spec, rng)?;
        table.row = |_, _, _| None;
        Ok(table.taught())
    }
    _ => fluent(spec, rng),
});
