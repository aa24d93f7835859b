//! What goes back through a block does not go past its parts as well.
//!
//! expect: fails backward-transformer-block, gpt-gradients

use guests::language::{Block, block_slopes, fluent};
use guests::learning::WayBack;
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::TransformerBlock(spec) => {
        let (layer, spec) = (Block::new(spec, rng)?, *spec);
        Ok(WayBack::boxed(Box::new(layer), move |pass| {
            let mut slopes = block_slopes(&spec, pass)?;
            let past = slopes.input.data_mut().iter_mut().zip(pass.gradient.data());
            past.for_each(|(back, dy)| *back -= dy);
            Ok(slopes)
        }))
    }
    _ => fluent(spec, rng),
});
