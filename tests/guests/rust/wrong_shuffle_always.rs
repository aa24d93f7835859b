//! The examples are shuffled whether the recipe says so or not.
//!
//! expect: fails shuffle
//! expect: told order-not-kept

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
        fit(pupil, training, validation, &Recipe { shuffle: true, ..*recipe }, report)
    }
}

export_learner!(Training);
