//! Average-pool's gradient is divided by the number of elements that lie in the image.
//!
//! expect: fails backward-average-pool2d
//! expect: told average-pool-gradient-padding-left-out

use guests::learning::{WayBack, pool_slopes, taught};
use guests::{LayerSpec, export_learning_layers, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::AveragePool2d(pool) => {
        let pool = *pool;
        Ok(WayBack::boxed(right(spec, rng)?, move |pass| {
            pool_slopes(&pool, pass, |_, seen, dy, back| {
                seen.iter().for_each(|at| back[*at] += dy / seen.len() as f32);
            })
        }))
    }
    _ => taught(spec, rng),
});
