//! The norms of a block come behind its sums.
//!
//! expect: fails transformer-block, gpt, gpt-gradients, generate-most-likely, generate-by-draws
//! expect: fails generate-beyond-context
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
