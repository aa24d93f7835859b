//! Batch normalisation uses its running moments in training, too.
//!
//! expect: fails batch-norm2d
//! expect: told batch-norm-running-moments-in-training

use guests::learning::{BatchNorm2d, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) => Ok(Box::new(BatchNorm2d { own: |_| false, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});
