//! The gradient of a dense layer's input is dY times the weight's numbers read as [outputs, inputs], without a
//! transposition.
//!
//! expect: fails clip-and-schedule, backward-dense, first-steps
//! expect: told input-gradient-untransposed

use guests::learning::{bent, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dense(dense) => {
        let [inputs, outputs] = [dense.inputs as usize, dense.outputs as usize];
        bent(spec, rng, move |pass, slopes| {
            let weight = pass.parameters[0].data();
            let back = |dy: &[f32], i: usize| (0..outputs).map(|j| dy[j] * weight[j * inputs + i]).sum();
            for (dx, dy) in slopes.input.rows_mut().zip(pass.gradient.rows()) {
                dx.iter_mut().enumerate().for_each(|(i, dx)| *dx = back(dy, i));
            }
        })
    }
    _ => taught(spec, rng),
});
