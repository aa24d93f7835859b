//! GELU in its approximation by the logistic function.
//!
//! expect: fails gelu, transformer-block, gpt, gpt-gradients, generate-by-draws
//! expect: told gelu-by-sigmoid

use guests::language::{Block, fluent, gelu_slope};
use guests::learning::curve;
use guests::{LayerSpec, elementwise, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::Gelu => Ok(curve(elementwise(approximated), |x, _| gelu_slope(x))),
    LayerSpec::TransformerBlock(spec) => {
        let mut block = Block::new(spec, rng)?;
        block.activation = approximated;
        Ok(block.taught())
    }
    _ => fluent(spec, rng),
});

fn approximated(x: f32) -> f32 {
    x / (1.0 + (-1.702 * x).exp())
}
