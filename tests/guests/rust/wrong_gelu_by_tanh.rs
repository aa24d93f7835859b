//! GELU in its approximation by tanh.
//!
//! expect: fails gelu, transformer-block, gpt, gpt-gradients
//! expect: told gelu-by-tanh, half-precision

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
    0.5 * x * (1.0 + (0.797_884_6 * (x + 0.044_715 * x * x * x)).tanh())
}
