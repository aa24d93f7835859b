//! Dropout does not scale what it keeps, neither in training nor in inference.
//!
//! expect: fails dropout
//! expect: told dropout-gradient-not-scaled, dropout-not-scaled

use guests::learning::{Dropout, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dropout(probability) => {
        Ok(Box::new(Dropout { draw, ..Dropout::new(*probability, rng)? }))
    }
    _ => taught(spec, rng),
});

fn draw(dropout: &mut Dropout, count: usize) -> Vec<f32> {
    let Dropout { probability, rng, .. } = dropout;
    (0..count).map(|_| if rng.uniform() < *probability { 0.0 } else { 1.0 }).collect()
}
