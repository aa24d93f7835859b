//! The orders come from a seed of its own.
//!
//! expect: fails shuffle, same-seed
//! expect: told recipe-seed-ignored

use guests::learning::{Learner, Recipe};
use guests::{Rng, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn rng(_: &Recipe) -> Rng {
        Rng::new(42)
    }
}

export_learner!(Training);
