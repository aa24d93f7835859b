//! The rate is the optimizer's own at every step.
//!
//! expect: fails clip-and-schedule
//! expect: told schedule-ignored

use guests::export_learner;
use guests::learning::{Learner, Recipe};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn rate(recipe: &Recipe, _: [u64; 2], _: u64) -> f32 {
        recipe.optimizer.learning_rate()
    }
}

export_learner!(Training);
