//! Max-pool's gradient goes to the first element of the window.
//!
//! expect: fails backward-max-pool2d
//! expect: told max-pool-gradient-to-the-first

use guests::learning::{WayBack, pool_slopes, taught};
use guests::{LayerSpec, export_learning_layers, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::MaxPool2d(pool) => {
        let pool = *pool;
        Ok(WayBack::boxed(right(spec, rng)?, move |pass| {
            pool_slopes(&pool, pass, |_, seen, dy, back| {
                seen.iter().take(1).for_each(|at| back[*at] += dy);
            })
        }))
    }
    _ => taught(spec, rng),
});
