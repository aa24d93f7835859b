//! Batch normalisation goes back as if mean and variance were constants.
//!
//! expect: fails batch-norm2d
//! expect: told batch-norm-moments-held-constant

use guests::learning::{BatchNorm2d, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) => Ok(Box::new(BatchNorm2d { back, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});

fn back(_: &[f32], gradients: &[f32], [gamma, deviation]: [f32; 2]) -> Vec<f32> {
    gradients.iter().map(|dy| gamma / deviation * dy).collect()
}
