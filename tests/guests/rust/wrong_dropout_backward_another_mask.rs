//! Dropout draws a new mask for the gradient.
//!
//! expect: fails dropout
//! expect: told dropout-gradient-of-another-mask

use guests::learning::{Dropout, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dropout(probability) => {
        Ok(Box::new(Dropout {
            back: |dropout, mask| dropout.draw(mask.len()),
            ..Dropout::new(*probability, rng)?
        }))
    }
    _ => taught(spec, rng),
});
