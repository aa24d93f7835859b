//! The rate changes with every epoch, not with every step.
//!
//! expect: fails clip-and-schedule
//! expect: told schedule-per-epoch

use guests::export_learner;
use guests::learning::{Learner, Recipe, rate};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn rate(recipe: &Recipe, [step, _]: [u64; 2], in_epoch: u64) -> f32 {
        rate(recipe, step / in_epoch, recipe.epochs.into())
    }
}

export_learner!(Training);
