//! What comes into a block is not added to what its attention makes of it.
//!
//! expect: HEADER
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
