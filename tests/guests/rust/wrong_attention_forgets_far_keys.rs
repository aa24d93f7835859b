//! Attention sees no key from the 18th place on: right where sequences are short, as where a tile's rest is left out.
//!
//! expect: fails attention, attention-causal, transformer-block, gpt, gpt-gradients

use guests::language::{Attention, Block, Mechanism, fluent};
use guests::{LayerSpec, export_writing_layers};

/// So many keys are seen.
const KEYS: usize = 17;

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
    mechanism.score = |pair, score| if pair.is_seen() && pair.key < KEYS { score } else { f32::NEG_INFINITY };
}
