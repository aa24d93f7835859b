//! Batch normalisation adds epsilon to the deviation, not to the variance.
//!
//! expect: fails batch-norm2d, batch-norm2d-inference
//! expect: told batch-norm-epsilon-outside, half-precision

use guests::learning::{BatchNorm2d, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) => Ok(Box::new(BatchNorm2d {
        deviation: |variance, epsilon| variance.sqrt() + epsilon,
        ..BatchNorm2d::new(norm)
    })),
    _ => taught(spec, rng),
});
