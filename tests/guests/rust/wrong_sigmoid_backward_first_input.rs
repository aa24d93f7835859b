//! Sigmoid keeps the first output that it ever gives in training, and goes back from that.
//!
//! expect: fails backward-activations
//! expect: told gradient-of-an-earlier-input

use std::cell::Cell;

use guests::learning::{taught, way_back};
use guests::{LayerSpec, Mode, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Sigmoid => {
        let (mut layer, seen) = (way_back(spec, rng)?, Cell::new(false));
        layer.keeps = Box::new(move |mode| mode == Mode::Training && !seen.replace(true));
        Ok(Box::new(layer))
    }
    _ => taught(spec, rng),
});
