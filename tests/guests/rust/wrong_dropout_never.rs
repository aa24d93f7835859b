//! Dropout multiplies by 1 in training: it never drops.
//!
//! expect: fails dropout
//! expect: told dropout-gradient-not-masked, dropout-mask-repeated, dropout-never-drops, dropout-not-scaled, dropout-pattern

use guests::learning::{Dropout, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dropout(probability) => {
        Ok(Box::new(Dropout { draw: |_, count| vec![1.0; count], ..Dropout::new(*probability, rng)? }))
    }
    _ => taught(spec, rng),
});
