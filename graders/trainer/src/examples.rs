//! What a network learns from.

use tito_tensor::Tensor;

/// Examples with a class for every prediction, looked up by their place.
pub trait Examples: Sync {
    /// How many there are.
    fn count(&self) -> usize;

    /// The examples at these places, `[places, ..]`, and the class of each prediction.
    ///
    /// # Panics
    ///
    /// If there is no example at a place.
    fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>);
}
