//! The validation figures that are told are those of the epoch before.
//!
//! expect: fails true-reports
//! expect: told validation-of-epoch-before

use guests::learning::{Dataset, Directive, Epoch, Learner, Pupil, Recipe, evaluate, fit};
use guests::{Fault, Mode, export_learner};

#[derive(Default)]
struct Behind {
    last: [f32; 2],
}

impl Learner for Behind {
    fn fit(
        pupil: &mut Pupil<Self>,
        training: &dyn Dataset,
        validation: Option<&dyn Dataset>,
        recipe: &Recipe,
        report: &mut dyn FnMut(&Epoch) -> Directive,
    ) -> Result<Vec<Epoch>, Fault> {
        if let Some(validation) = validation {
            pupil.learner.last = evaluate(pupil, validation, Mode::Inference)?;
        }
        fit(pupil, training, validation, recipe, report)
    }

    fn evaluate(pupil: &mut Pupil<Self>, data: &dyn Dataset) -> Result<[f32; 2], Fault> {
        let now = evaluate(pupil, data, Mode::Inference)?;
        Ok(std::mem::replace(&mut pupil.learner.last, now))
    }
}

export_learner!(Behind);
