//! Between the dense layers of a block is ReLU.
//!
//! expect: fails transformer-block, gpt, gpt-gradients, generate-most-likely, generate-by-draws
//! expect: fails generate-beyond-context
//! expect: told block-activation

use guests::language::{Block, fluent};
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::TransformerBlock(spec) => {
        let mut block = Block::new(spec, rng)?;
        block.activation = |x| x.max(0.0);
        Ok(block.taught())
    }
    _ => fluent(spec, rng),
});
