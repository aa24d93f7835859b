//! The gradients of gamma and beta are means over images and places.
//!
//! expect: fails batch-norm2d
//! expect: told batch-norm-gradient-averaged

use guests::learning::{BatchNorm2d, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) => Ok(Box::new(BatchNorm2d { slopes, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});

fn slopes(elements: &[f32], normal: &[f32], gradients: &[f32]) -> [f32; 2] {
    BatchNorm2d::slopes(elements, normal, gradients).map(|slope| slope / elements.len() as f32)
}
