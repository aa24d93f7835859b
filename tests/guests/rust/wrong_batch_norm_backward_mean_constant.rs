//! Batch normalisation goes back as if the mean were a constant.
//!
//! expect: fails batch-norm2d
//! expect: told batch-norm-mean-held-constant

use guests::learning::{BatchNorm2d, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) => Ok(Box::new(BatchNorm2d { back, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});

fn back(normal: &[f32], gradients: &[f32], [gamma, deviation]: [f32; 2]) -> Vec<f32> {
    let slope = normal.iter().zip(gradients).map(|(x, dy)| x * dy).sum::<f32>() / normal.len() as f32;
    normal.iter().zip(gradients).map(|(x, dy)| gamma / deviation * (dy - x * slope)).collect()
}
