//! How wrong predictions are, and which way is better.

use crate::Tensor;

/// How wrong predictions are, and which way is better.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss {
    /// The mean over all predictions.
    pub value: f32,
    /// The gradient with respect to the predictions, of their shape.
    pub gradient: Tensor,
}
