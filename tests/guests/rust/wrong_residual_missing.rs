//! What comes into a block is not added to what its attention makes of it.
//!
//! expect: fails transformer-block, gpt, gpt-gradients, generate-most-likely, generate-by-draws
//! expect: fails generate-beyond-context
//! expect: told residual-missing

use guests::language::{Block, fluent};
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::TransformerBlock(spec) => {
        let mut block = Block::new(spec, rng)?;
        block.residuals[0] = false;
        Ok(block.taught())
    }
    _ => fluent(spec, rng),
});
