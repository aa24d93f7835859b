//! The first step has the rate of the second one.
//!
//! expect: fails clip-and-schedule
//! expect: told schedule-one-step-late

use guests::export_learner;
use guests::learning::{Learner, Recipe, rate};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn rate(recipe: &Recipe, [step, steps]: [u64; 2], _: u64) -> f32 {
        rate(recipe, step + 1, steps)
    }
}

export_learner!(Training);
