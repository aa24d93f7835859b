//! What a framework does from milestone 5 on.

use std::any::type_name;

use crate::{Fault, Learning};

/// What a framework does besides learning, from milestone 5 on. [`export_language!`](crate::export_language) exports it
/// with everything else.
pub trait Language: Learning {
    /// `count` tokens that go on from `prompt`, and those alone.
    ///
    /// Each is chosen by the logits of the last position: divided by the temperature, and of the `top_k` most likely alone,
    /// they give probabilities by softmax; the i-th token is the first, in the order of tokens, at which the cumulative
    /// probability exceeds `draws[i]`, which lies in [0, 1). What is longer than the model can look back is cut at its
    /// beginning.
    ///
    /// # Errors
    ///
    /// [`Fault::InvalidArgument`] for an empty prompt, a token that is none, fewer draws than tokens where the temperature
    /// is above 0, and a temperature below 0.
    fn generate(
        _model: &mut Self::Model,
        _prompt: &[u32],
        _count: u32,
        _sampling: Sampling,
        _draws: &[f32],
    ) -> Result<Vec<u32>, Fault> {
        Err(Fault::unsupported(format!("generate of {}: not written yet", type_name::<Self>())))
    }
}

/// How a token is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// What logits are divided by; 0 takes the most likely token, the lowest of equals, and needs no draws.
    pub temperature: f32,
    /// How many of the most likely tokens are left; 0 leaves all.
    pub top_k: u32,
}
