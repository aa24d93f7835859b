//! What a model learns from, a batch at a time.

use crate::{Fault, Tensor};

/// What a model learns from, a batch at a time: the host's data in a component, and whatever a native test gives.
pub trait Dataset {
    /// How many examples there are.
    fn length(&self) -> u32;

    /// The shape of one example, without the axis of examples.
    fn example_shape(&self) -> Vec<u32>;

    /// How many classes the targets have.
    fn classes(&self) -> u32;

    /// The examples at these places, at most 4096 of them.
    ///
    /// # Errors
    ///
    /// The host's: a place where there is no example, too many places, or a budget that is spent.
    fn batch(&self, indices: &[u32]) -> Result<Batch, Fault>;
}

/// Some examples and what is to be predicted of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// [number of indices, ...example shape]
    pub inputs: Tensor,
    /// One class for each prediction: one an image, or one for each position of a text.
    pub targets: Vec<u32>,
}
