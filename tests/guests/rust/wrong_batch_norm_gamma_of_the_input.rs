//! The gradient of gamma sums dy times the input, not the normalised one.
//!
//! expect: fails batch-norm2d
//! expect: told gamma-gradient-of-the-input

use guests::learning::{BatchNorm2d, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) => Ok(Box::new(BatchNorm2d { slopes, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});

fn slopes(elements: &[f32], _: &[f32], gradients: &[f32]) -> [f32; 2] {
    BatchNorm2d::slopes(elements, elements, gradients)
}
