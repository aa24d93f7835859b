//! The validation is the mean of the means of batches of eight, whatever the last one holds.
//!
//! expect: fails true-reports
//! expect: told metrics-not-true

use guests::learning::{Dataset, Learner, Pupil, hits, in_batches};
use guests::{Fault, Mode, Model, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn evaluate(pupil: &mut Pupil<Self>, data: &dyn Dataset) -> Result<[f32; 2], Fault> {
        let mut sums = [0.0; 2];
        let batches = in_batches(&(0..data.length()).collect::<Vec<_>>(), 8);
        for indices in &batches {
            let batch = data.batch(indices)?;
            let logits = pupil.forward(&batch.inputs, Mode::Inference)?;
            sums[0] += Self::cross_entropy(&logits, &batch.targets)?.value;
            sums[1] += hits(&logits, &batch.targets) as f32 / batch.targets.len() as f32;
        }
        Ok(sums.map(|sum| sum / batches.len() as f32))
    }
}

export_learner!(Training);
