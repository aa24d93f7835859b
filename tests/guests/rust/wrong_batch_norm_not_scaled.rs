//! Batch normalisation leaves gamma and beta out.
//!
//! expect: fails batch-norm2d, batch-norm2d-inference
//! expect: told batch-norm-not-scaled

use guests::learning::{BatchNorm2d, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) => Ok(Box::new(BatchNorm2d { scaled: |_, x| x, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});
