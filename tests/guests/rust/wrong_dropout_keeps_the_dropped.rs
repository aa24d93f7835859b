//! Dropout takes its probability for that of being kept.
//!
//! expect: fails dropout
//! expect: told dropout-keeps-the-dropped

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
    let factor = 1.0 / (1.0 - *probability);
    (0..count).map(|_| if rng.uniform() < *probability { factor } else { 0.0 }).collect()
}
