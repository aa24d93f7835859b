//! Dropout drops in inference, too.
//!
//! expect: fails true-reports, dropout
//! expect: told dropout-in-inference, metrics-not-true

use guests::learning::{Dropout, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dropout(probability) => {
        Ok(Box::new(Dropout { drops: |_| true, ..Dropout::new(*probability, rng)? }))
    }
    _ => taught(spec, rng),
});
