//! `fit` trains a copy of the model, and leaves the model as it was.
//!
//! expect: fails true-reports, same-seed, clip-and-schedule, images, beats-linear, one-batch, loss-falls
//! expect: fails first-steps, test-images
//! expect: told nothing-learnt, recipe-seed-ignored, metrics-not-true, batch-not-learnt, loss-does-not-fall

use guests::learning::{Dataset, Directive, Epoch, Learner, Pupil, Recipe, fit};
use guests::{Fault, Model, export_learner};

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
        let mut copy = Pupil::<Self>::build(&pupil.specs, recipe.seed)?;
        copy.load(pupil.parameters())?;
        fit(&mut copy, training, validation, recipe, report)
    }
}

export_learner!(Training);
