//! The validation is a pass in training: dropout drops, and batch normalisation learns from what it should only look
//! at.
//!
//! expect: fails true-reports
//! expect: told metrics-not-true

use guests::learning::{Dataset, Learner, Pupil, evaluate};
use guests::{Fault, Mode, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn evaluate(pupil: &mut Pupil<Self>, data: &dyn Dataset) -> Result<[f32; 2], Fault> {
        evaluate(pupil, data, Mode::Training)
    }
}

export_learner!(Training);
