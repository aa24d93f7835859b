//! A dataset as something to learn from.

use tito_data::Dataset;
use tito_tensor::Tensor;
use tito_trainer::Examples;

/// The images of a dataset as something to learn from.
pub struct Images<'a>(pub &'a Dataset);

impl Examples for Images<'_> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>) {
        self.0.batch(places)
    }
}
