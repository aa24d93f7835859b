//! Batch normalisation's running moments never move.
//!
//! expect: fails batch-norm2d-inference
//! expect: told running-moments-never-moved

use guests::learning::{BatchNorm2d, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) =>
        Ok(Box::new(BatchNorm2d { mix: |old, _, _| old, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});
