//! Dropout's gradient passes where elements were dropped.
//!
//! expect: fails dropout
//! expect: told dropout-gradient-not-masked

use guests::learning::{Dropout, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dropout(probability) => {
        Ok(Box::new(Dropout { back: |_, mask| vec![1.0; mask.len()], ..Dropout::new(*probability, rng)? }))
    }
    _ => taught(spec, rng),
});
