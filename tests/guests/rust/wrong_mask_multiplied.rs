//! Scores are multiplied by a mask of ones and zeros: those that are hidden are 0, as large as many that are not.
//!
//! expect: fails attention-causal, transformer-block, causality, gpt, gpt-gradients, generate-most-likely
//! expect: fails generate-by-draws
//! expect: told looks-ahead, mask-multiplied

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
    mechanism.score = |pair, score| if pair.is_seen() { score } else { 0.0 };
}
