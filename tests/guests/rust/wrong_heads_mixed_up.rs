//! Heads are made by a reshape without exchanging axes, so that a head has features of several places.
//!
//! expect: fails attention, attention-causal, transformer-block, position-dependence, context-dependence, gpt
//! expect: fails gpt-gradients, generate-most-likely, generate-by-draws, generate-beyond-context
//! expect: told context-ignored, heads-mixed-up, positions-missing

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
    mechanism.places = [|at| (at.head * at.length + at.place) * at.size + at.feature; 2];
}
