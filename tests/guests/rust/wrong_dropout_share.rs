//! Dropout drops half of the elements, whatever its probability is.
//!
//! expect: fails dropout
//! expect: told dropout-pattern, dropout-share

use guests::learning::{Dropout, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dropout(probability) => {
        Ok(Box::new(Dropout { draw, ..Dropout::new(*probability, rng)? }))
    }
    _ => taught(spec, rng),
});

fn draw(dropout: &mut Dropout, count: usize) -> Vec<f32> {
    let factor = 1.0 / (1.0 - dropout.probability);
    (0..count).map(|_| if dropout.rng.bits().is_multiple_of(2) { factor } else { 0.0 }).collect()
}
