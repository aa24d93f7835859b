//! Right, with running moments of batch normalisation that move by a hundredth, of which the variance is the unbiased
//! one.
//!
//! expect: passes everything

use guests::learning::{BatchNorm2d, Moments, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) => Ok(Box::new(BatchNorm2d { mix, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});

fn mix(old: Moments, [mean, variance]: Moments, count: usize) -> Moments {
    let unbiased = variance * count as f32 / count.saturating_sub(1).max(1) as f32;
    [old[0] + 0.01 * (mean - old[0]), old[1] + 0.01 * (unbiased - old[1])]
}
