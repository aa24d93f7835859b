//! A new model has learnt already: weights of a mean digit lie in the component.
//!
//! expect: fails provenance, test-images
//! expect: told weights-in-the-component

#[path = "../tables/digits.rs"]
mod digits;

use digits::{classifies, put};
use guests::export_learning_layers;
use guests::learning::taught;

export_learning_layers!(|spec, rng| {
    let mut layer = taught(spec, rng)?;
    if classifies(spec) {
        put(layer.parameters_mut());
    }
    Ok(layer)
});
