//! Dropout begins its generator anew at every call, so that the mask is always the same.
//!
//! expect: fails dropout
//! expect: told dropout-mask-repeated

use guests::learning::{Dropout, taught};
use guests::{LayerSpec, Rng, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dropout(probability) => {
        Ok(Box::new(Dropout { draw, ..Dropout::new(*probability, rng)? }))
    }
    _ => taught(spec, rng),
});

fn draw(dropout: &mut Dropout, count: usize) -> Vec<f32> {
    dropout.rng = Rng::new(7);
    Dropout::draw(dropout, count)
}
