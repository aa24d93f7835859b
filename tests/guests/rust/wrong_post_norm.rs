//! The norms of a block come behind its sums.
//!
//! expect: HEADER
//! expect: told post-norm

use guests::language::{Block, fluent};
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::TransformerBlock(spec) => {
        let mut block = Block::new(spec, rng)?;
        block.post_norm = true;
        Ok(block.taught())
    }
    _ => fluent(spec, rng),
});
