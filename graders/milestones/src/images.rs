//! A dataset as something to learn from.

use tito_data::{Dataset, Part};
use tito_tensor::Tensor;
use tito_trainer::Examples;

/// Images of a dataset as something to learn from.
pub struct Images(pub Part);

impl Images {
    /// All of a dataset.
    pub fn all(data: &Dataset) -> Self {
        Self(data.part((0..data.len()).collect()))
    }
}

impl Examples for Images {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>) {
        self.0.batch(places)
    }
}
