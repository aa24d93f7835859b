//! Dropout scales in inference what it has scaled in training already.
//!
//! expect: fails true-reports, dropout
//! expect: told dropout-scaled-in-inference, metrics-not-true

use guests::learning::{Dropout, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dropout(probability) => {
        Ok(Box::new(Dropout {
            infer: |probability, x| (1.0 - probability) * x,
            ..Dropout::new(*probability, rng)?
        }))
    }
    _ => taught(spec, rng),
});
