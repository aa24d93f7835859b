//! Max-pool's gradient goes whole to every element that equals the maximum.
//!
//! expect: fails backward-max-pool2d
//! expect: told max-pool-gradient-to-all-of-the-largest

use guests::learning::{WayBack, pool_slopes, taught};
use guests::{LayerSpec, export_learning_layers, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::MaxPool2d(pool) => {
        let pool = *pool;
        Ok(WayBack::boxed(right(spec, rng)?, move |pass| {
            pool_slopes(&pool, pass, |x, seen, dy, back| {
                let most = seen.iter().map(|at| x[*at]).fold(f32::NEG_INFINITY, f32::max);
                seen.iter().filter(|at| x[**at] == most).for_each(|at| back[*at] += dy);
            })
        }))
    }
    _ => taught(spec, rng),
});
