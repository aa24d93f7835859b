//! Batch normalisation's gradient of the input is not multiplied by gamma.
//!
//! expect: fails batch-norm2d
//! expect: told batch-norm-gradient-gamma-forgotten

use guests::learning::{BatchNorm2d, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) => Ok(Box::new(BatchNorm2d { back, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});

fn back(normal: &[f32], gradients: &[f32], [_, deviation]: [f32; 2]) -> Vec<f32> {
    BatchNorm2d::back(normal, gradients, [1.0, deviation])
}
