//! What a loss gives.

/// A loss and its gradient.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss<V, T> {
    /// The mean over all predictions.
    pub value: V,
    /// With respect to the predictions, in their shape.
    pub gradient: T,
}
