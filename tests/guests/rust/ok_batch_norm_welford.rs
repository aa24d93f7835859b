//! Right, with the moments of batch normalisation in one pass (Welford, 1962), and its gradient from sums that are
//! divided last.
//!
//! expect: passes everything

use guests::learning::{BatchNorm2d, Moments, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) => Ok(Box::new(BatchNorm2d { moments, back, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});

fn moments(elements: &[f32]) -> Moments {
    let (mut mean, mut squares) = (0.0, 0.0);
    for (x, count) in elements.iter().zip(1..) {
        let before = x - mean;
        mean += before / count as f32;
        squares += before * (x - mean);
    }
    [mean, squares / elements.len().max(1) as f32]
}

fn back(normal: &[f32], gradients: &[f32], [gamma, deviation]: [f32; 2]) -> Vec<f32> {
    let count = normal.len() as f32;
    let sum: f32 = gradients.iter().sum();
    let product: f32 = normal.iter().zip(gradients).map(|(x, dy)| x * dy).sum();
    let scale = gamma / (count * deviation);
    normal.iter().zip(gradients).map(|(x, dy)| scale * (count * dy - sum - x * product)).collect()
}
