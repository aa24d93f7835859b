//! A place sees itself alone.
//!
//! expect: fails attention, attention-causal, transformer-block, position-dependence, context-dependence, gpt
//! expect: fails gpt-gradients, generate-most-likely, generate-by-draws, generate-beyond-context
//! expect: told context-ignored, positions-missing

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
    mechanism.score = |pair, score| if pair.key == pair.query { score } else { f32::NEG_INFINITY };
}
