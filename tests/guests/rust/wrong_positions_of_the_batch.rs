//! Places are counted on from one sequence to the next.
//!
//! expect: fails position-embedding, gpt, gpt-gradients
//! expect: told positions-of-the-batch

use guests::language::{Places, fluent};
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::PositionEmbedding(spec) => {
        let mut table = Places::new(spec, rng)?;
        table.row = |[text, place], rows, length| Some((text * length + place) % rows);
        Ok(table.taught())
    }
    _ => fluent(spec, rng),
});
