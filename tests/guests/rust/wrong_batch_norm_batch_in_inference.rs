//! Batch normalisation uses the batch's statistics in inference, too.
//!
//! expect: fails batch-norm2d-inference
//! expect: told batch-statistics-in-inference

use guests::learning::{BatchNorm2d, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) => Ok(Box::new(BatchNorm2d { own: |_| true, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});
