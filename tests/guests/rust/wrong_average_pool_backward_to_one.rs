//! Average-pool goes back as max-pool does: the largest element has the whole gradient.
//!
//! expect: fails backward-average-pool2d
//! expect: told average-pool-gradient-to-one

use guests::learning::{WayBack, pool_slopes, taught};
use guests::{LayerSpec, export_learning_layers, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::AveragePool2d(pool) => {
        let pool = *pool;
        Ok(WayBack::boxed(right(spec, rng)?, move |pass| {
            pool_slopes(&pool, pass, |x, seen, dy, back| {
                let best = seen.iter().copied().reduce(|best, at| if x[at] > x[best] { at } else { best });
                best.into_iter().for_each(|at| back[at] += dy);
            })
        }))
    }
    _ => taught(spec, rng),
});
