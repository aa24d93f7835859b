//! The variance of batch normalisation is the mean of the squares without the square of the mean, which cancels where the
//! mean is far from 0.
//!
//! expect: fails batch-norm2d
//! expect: told half-precision

use guests::learning::{BatchNorm2d, Moments, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) => Ok(Box::new(BatchNorm2d { moments, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});

fn moments(elements: &[f32]) -> Moments {
    let count = elements.len() as f32;
    let mean = elements.iter().sum::<f32>() / count;
    let squares = elements.iter().map(|x| x * x).sum::<f32>() / count;
    [mean, (squares - mean * mean).max(0.0)]
}
