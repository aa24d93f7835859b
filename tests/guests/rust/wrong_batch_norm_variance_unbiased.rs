//! Batch normalisation divides the variance by N - 1 in training, too.
//!
//! expect: fails batch-norm2d
//! expect: told batch-norm-variance-unbiased

use guests::learning::{BatchNorm2d, Moments, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) => Ok(Box::new(BatchNorm2d { moments, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});

fn moments(elements: &[f32]) -> Moments {
    let [mean, variance] = BatchNorm2d::moments(elements);
    let count = elements.len() as f32;
    [mean, variance * count / (count - 1.0)]
}
