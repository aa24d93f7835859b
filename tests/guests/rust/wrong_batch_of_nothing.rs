//! A recipe with batches of nothing is trained with batches of one.
//!
//! expect: fails wrong-arguments
//! expect: told wrong-argument-accepted

use guests::learning::{Dataset, Directive, Epoch, Learner, Pupil, Recipe, fit};
use guests::{Fault, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn fit(
        pupil: &mut Pupil<Self>,
        training: &dyn Dataset,
        validation: Option<&dyn Dataset>,
        recipe: &Recipe,
        report: &mut dyn FnMut(&Epoch) -> Directive,
    ) -> Result<Vec<Epoch>, Fault> {
        let recipe = Recipe { batch_size: recipe.batch_size.max(1), ..*recipe };
        fit(pupil, training, validation, &recipe, report)
    }
}

export_learner!(Training);
