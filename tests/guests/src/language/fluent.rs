//! The right layers of all milestones, each with its way back.

use tinytorch::{Fault, Layer, LayerSpec, Rng};

use super::{
    Attention, Block, LayerNorm, Places, Tokens, attention_slopes, block_slopes, gelu, gelu_slope,
    layer_norm_slopes, place_slopes, token_slopes,
};
use crate::{
    elementwise,
    learning::{WayBack, curve, taught},
};

/// The right layer of this description.
///
/// # Errors
///
/// What a layer of these says that cannot be.
pub fn fluent(spec: &LayerSpec, rng: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
    Ok(match *spec {
        LayerSpec::Gelu => curve(elementwise(gelu), |x, _| gelu_slope(x)),
        LayerSpec::TokenEmbedding(spec) => Tokens::new(&spec, rng)?.taught(),
        LayerSpec::PositionEmbedding(spec) => Places::new(&spec, rng)?.taught(),
        LayerSpec::LayerNorm(spec) => LayerNorm::new(&spec)?.taught(),
        LayerSpec::Attention(spec) => Attention::new(&spec, rng)?.taught(),
        LayerSpec::TransformerBlock(spec) => Block::new(&spec, rng)?.taught(),
        _ => taught(spec, rng)?,
    })
}

impl Tokens {
    /// The layer with the right way back.
    pub fn taught(self) -> Box<dyn Layer> {
        WayBack::boxed(Box::new(self), |pass| Ok(token_slopes(pass, |sum, dy| *sum += dy)))
    }
}

impl Places {
    /// The layer with the right way back.
    pub fn taught(self) -> Box<dyn Layer> {
        WayBack::boxed(Box::new(self), |pass| Ok(place_slopes(pass)))
    }
}

impl LayerNorm {
    /// The layer with the right way back.
    pub fn taught(self) -> Box<dyn Layer> {
        let epsilon = self.epsilon;
        WayBack::boxed(Box::new(self), move |pass| {
            Ok(layer_norm_slopes(pass.input, pass.parameters[0], epsilon, pass.gradient))
        })
    }
}

impl Attention {
    /// The layer with the right way back.
    pub fn taught(self) -> Box<dyn Layer> {
        let spec = self.spec;
        WayBack::boxed(Box::new(self), move |pass| {
            Ok(attention_slopes(pass.input, &pass.parameters, &spec, pass.gradient))
        })
    }
}

impl Block {
    /// The layer with the right way back.
    pub fn taught(self) -> Box<dyn Layer> {
        let spec = self.spec;
        WayBack::boxed(Box::new(self), move |pass| block_slopes(&spec, pass))
    }
}
