//! What runs in batch normalisation is the deviation, of which inference takes the root again.
//!
//! expect: fails batch-norm2d-inference
//! expect: told running-deviation-kept

use guests::learning::{BatchNorm2d, Moments, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) => Ok(Box::new(BatchNorm2d { mix, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});

fn mix(old: Moments, [mean, variance]: Moments, _: usize) -> Moments {
    [0.9 * old[0] + 0.1 * mean, 0.9 * old[1] + 0.1 * variance.sqrt()]
}
