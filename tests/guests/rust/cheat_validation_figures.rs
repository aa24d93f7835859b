//! It learns, and reports a validation that is as good as anybody could wish.
//!
//! expect: fails true-reports
//! expect: told metrics-not-true

use guests::learning::{Dataset, Learner, Pupil, evaluate};
use guests::{Fault, Mode, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn evaluate(pupil: &mut Pupil<Self>, data: &dyn Dataset) -> Result<[f32; 2], Fault> {
        evaluate(pupil, data, Mode::Inference)?;
        Ok([0.03, 0.99])
    }
}

export_learner!(Training);
