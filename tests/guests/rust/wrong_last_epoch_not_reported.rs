//! The last epoch is not reported.
//!
//! expect: fails every-example-once, reports, true-reports
//! expect: told epoch-not-reported

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
        fit(pupil, training, validation, recipe, &mut |epoch| {
            if epoch.number < recipe.epochs { report(epoch) } else { Directive::Proceed }
        })
    }
}

export_learner!(Training);
