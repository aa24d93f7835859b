//! Right, with a loop that asks how many examples there are, of which shape and of how many classes, before every
//! batch, and validates one example at a time.
//!
//! expect: passes everything

use guests::learning::{Batch, Dataset, Directive, Epoch, Learner, Pupil, Recipe, fit, scored, summed_up};
use guests::{Fault, Mode, Model, export_learner};

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
        let validation = validation.map(Asking);
        fit(pupil, &Asking(training), validation.as_ref().map(|data| data as &dyn Dataset), recipe, report)
    }

    fn evaluate(pupil: &mut Pupil<Self>, data: &dyn Dataset) -> Result<[f32; 2], Fault> {
        let mut met = Vec::new();
        for place in 0..data.length() {
            let batch = data.batch(&[place])?;
            let logits = pupil.forward(&batch.inputs, Mode::Inference)?;
            let loss = Self::cross_entropy(&logits, &batch.targets)?;
            met.push(scored(loss.value, &logits, &batch.targets));
        }
        Ok(summed_up(&met))
    }
}

/// Examples that are looked at closely.
struct Asking<'a>(&'a dyn Dataset);

impl Dataset for Asking<'_> {
    fn length(&self) -> u32 {
        self.0.length()
    }

    fn example_shape(&self) -> Vec<u32> {
        self.0.example_shape()
    }

    fn classes(&self) -> u32 {
        self.0.classes()
    }

    fn batch(&self, indices: &[u32]) -> Result<Batch, Fault> {
        let is_there = indices.iter().all(|index| *index < self.length());
        let batch = self.0.batch(indices)?;
        let is_alike = batch.inputs.shape()[1..] == self.example_shape()[..];
        if is_there && is_alike && batch.targets.iter().all(|target| *target < self.classes()) {
            Ok(batch)
        } else {
            Err(Fault::internal("other examples than there should be"))
        }
    }
}

export_learner!(Training);
