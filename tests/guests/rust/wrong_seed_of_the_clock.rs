//! The orders depend on how often something was trained before, as they would on a clock.
//!
//! expect: fails same-seed, checkpoints
//! expect: told seed-not-obeyed, state-not-saved

use std::sync::atomic::{AtomicU64, Ordering};

use guests::learning::{Learner, Recipe};
use guests::{Rng, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn rng(recipe: &Recipe) -> Rng {
        Rng::new(recipe.seed.wrapping_add(RUNS.fetch_add(1, Ordering::Relaxed)))
    }
}

/// How often something was trained.
static RUNS: AtomicU64 = AtomicU64::new(0);

export_learner!(Training);
