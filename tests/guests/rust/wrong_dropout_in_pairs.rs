//! Dropout makes one draw for every two neighbours.
//!
//! expect: fails dropout
//! expect: told dropout-pattern

use guests::learning::{Dropout, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dropout(probability) => {
        Ok(Box::new(Dropout { draw, ..Dropout::new(*probability, rng)? }))
    }
    _ => taught(spec, rng),
});

fn draw(dropout: &mut Dropout, count: usize) -> Vec<f32> {
    let pairs = Dropout::draw(dropout, count.div_ceil(2));
    (0..count).map(|at| pairs[at / 2]).collect()
}
