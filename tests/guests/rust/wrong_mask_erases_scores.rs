//! A mask of zeros and minus infinities is read as one of ones and zeros, so that every score that is allowed has -1e9
//! added, in which it drowns: all places before one have the same weight.
//!
//! expect: fails attention-causal, transformer-block, gpt, gpt-gradients, generate-most-likely, generate-by-draws
//! expect: fails generate-beyond-context
//! expect: told mask-erases-scores

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
    mechanism.score = |pair, score| match (pair.causal, pair.is_seen()) {
        (true, false) => f32::NEG_INFINITY,
        (true, true) => score - 1e9,
        _ => score,
    };
}
