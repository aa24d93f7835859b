//! Right, with the gradient of softmax as a product with the rows of its Jacobian, p (1 - p) and -p q.
//!
//! expect: passes everything

use guests::learning::{bent, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Softmax => bent(spec, rng, |pass, slopes| {
        let rows = slopes.input.rows_mut().zip(pass.output.rows()).zip(pass.gradient.rows());
        for ((slopes, p), dy) in rows {
            for (i, slope) in slopes.iter_mut().enumerate() {
                let entry = |j: usize| if i == j { p[i] * (1.0 - p[i]) } else { -p[i] * p[j] };
                *slope = dy.iter().enumerate().map(|(j, dy)| entry(j) * dy).sum();
            }
        }
    }),
    _ => taught(spec, rng),
});
