//! Dropout's gradient has the mask, but is not scaled.
//!
//! expect: fails dropout
//! expect: told dropout-gradient-not-scaled

use guests::learning::{Dropout, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dropout(probability) => {
        Ok(Box::new(Dropout {
            back: |_, mask| mask.into_iter().map(|factor| factor.min(1.0)).collect(),
            ..Dropout::new(*probability, rng)?
        }))
    }
    _ => taught(spec, rng),
});
