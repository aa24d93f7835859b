//! The gradient of a dense layer's weight is dYᵀ X, read as if it had the weight's shape.
//!
//! expect: fails backward-dense, clip-and-schedule, first-steps
//! expect: told weight-gradient-transposed

use guests::learning::{bent, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dense(dense) => {
        let [inputs, outputs] = [dense.inputs as usize, dense.outputs as usize];
        bent(spec, rng, move |_, slopes| {
            let right = slopes.parameters[0].clone();
            let places = slopes.parameters[0].data_mut().iter_mut().enumerate();
            places.for_each(|(at, slope)| *slope = right.data()[at % inputs * outputs + at / inputs]);
        })
    }
    _ => taught(spec, rng),
});
