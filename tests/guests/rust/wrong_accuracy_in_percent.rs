//! Accuracies are told in percent.
//!
//! expect: fails true-reports
//! expect: told metrics-not-true

use guests::learning::{Dataset, Learner, Met, Pupil, evaluate, summed_up};
use guests::{Fault, Mode, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn summed_up(met: &[Met]) -> [f32; 2] {
        let [loss, accuracy] = summed_up(met);
        [loss, 100.0 * accuracy]
    }

    fn evaluate(pupil: &mut Pupil<Self>, data: &dyn Dataset) -> Result<[f32; 2], Fault> {
        let [loss, accuracy] = evaluate(pupil, data, Mode::Inference)?;
        Ok([loss, 100.0 * accuracy])
    }
}

export_learner!(Training);
