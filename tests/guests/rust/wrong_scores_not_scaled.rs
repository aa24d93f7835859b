//! The scores of attention are not scaled.
//!
//! expect: fails attention, attention-causal, transformer-block, gpt, gpt-gradients, generate-most-likely
//! expect: fails generate-by-draws, generate-beyond-context
//! expect: told scores-not-scaled

use guests::language::{Attention, Block, Mechanism, fluent};
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::Attention(spec) => {
        let mut attention = Attention::new(spec, rng)?;
        changed(&mut attention.mechanism);
        Ok(attention.taught())
    }
    LayerSpec::TransformerBlock(spec) => {
        let mut block = Block::new(spec, rng)?;
        changed(&mut block.mechanism);
        Ok(block.taught())
    }
    _ => fluent(spec, rng),
});

fn changed(mechanism: &mut Mechanism) {
    mechanism.scale = |_, _| 1.0;
}
