//! `fit` divides the gradients of a smaller last batch by the recipe's batch size.
//!
//! expect: fails clip-and-schedule, first-steps
//! expect: told small-batch-divided-by-full-size

use guests::learning::{Learner, Recipe};
use guests::{Tensor, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn sent_back(gradient: Tensor, count: usize, recipe: &Recipe) -> Tensor {
        gradient.map(|slope| slope * count as f32 / recipe.batch_size as f32)
    }
}

export_learner!(Training);
