//! Right, with the gradient of max-pool shared by all that equal the maximum, and the slope of ReLU at 0 one half:
//! any of these may be.
//!
//! expect: passes everything

use guests::learning::{WayBack, curve, pool_slopes, taught};
use guests::{LayerSpec, export_learning_layers, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Relu => {
        Ok(curve(right(spec, rng)?, |x, _| if x == 0.0 { 0.5 } else { f32::from(u8::from(x > 0.0)) }))
    }
    LayerSpec::MaxPool2d(pool) => {
        let pool = *pool;
        Ok(WayBack::boxed(right(spec, rng)?, move |pass| {
            pool_slopes(&pool, pass, |x, seen, dy, back| {
                let most = seen.iter().map(|at| x[*at]).fold(f32::NEG_INFINITY, f32::max);
                let best: Vec<usize> = seen.iter().copied().filter(|at| x[*at] == most).collect();
                best.iter().for_each(|at| back[*at] += dy / best.len() as f32);
            })
        }))
    }
    _ => taught(spec, rng),
});
