//! The mask of attention is the other way round: the keys behind a query are seen alone.
//!
//! expect: fails attention-causal, transformer-block, causality, gpt, gpt-gradients, generate-most-likely
//! expect: fails generate-by-draws, generate-beyond-context
//! expect: told looks-ahead, mask-inverted

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
    mechanism.score = |pair, score| if pair.causal && pair.is_seen() { -1e9 } else { score };
}
