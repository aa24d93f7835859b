//! Batch normalisation uses its running moments in training, too, and they never move.
//!
//! expect: fails batch-norm2d, batch-norm2d-inference
//! expect: told batch-norm-running-moments-in-training, running-moments-never-moved

use guests::learning::{BatchNorm2d, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) =>
        Ok(Box::new(BatchNorm2d { own: |_| false, mix: |old, _, _| old, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});
