//! `fit` holds the logits of a text against the characters that the model is shown, not against those that come next. So
//! little is learnt so soon that it stops after some batches and only asks for the others.
//!
//! expect: fails held-out-text, real-words, no-loops
//! expect: told targets-not-shifted, writes-in-a-loop

use guests::language::{Writer, fluent};
use guests::learning::{Batch, Dataset, Directive, Epoch, Learner, Pupil, Recipe, fit};
use guests::{Fault, MakeLayer, export_writer};

/// Windows that are learnt.
const LEARNT: u32 = 1_200;

#[derive(Default)]
struct Unshifted;

/// A text whose targets are its inputs.
struct Inputs<'a>(&'a dyn Dataset);

impl Dataset for Inputs<'_> {
    fn length(&self) -> u32 {
        self.0.length().min(LEARNT)
    }

    fn example_shape(&self) -> Vec<u32> {
        self.0.example_shape()
    }

    fn classes(&self) -> u32 {
        self.0.classes()
    }

    fn batch(&self, indices: &[u32]) -> Result<Batch, Fault> {
        let Batch { inputs, .. } = self.0.batch(indices)?;
        let targets = inputs.data().iter().map(|token| *token as u32).collect();
        Ok(Batch { inputs, targets })
    }
}

impl Learner for Unshifted {
    const LAYER: MakeLayer = fluent;

    fn fit(
        pupil: &mut Pupil<Self>,
        training: &dyn Dataset,
        validation: Option<&dyn Dataset>,
        recipe: &Recipe,
        report: &mut dyn FnMut(&Epoch) -> Directive,
    ) -> Result<Vec<Epoch>, Fault> {
        let is_text = training.example_shape().len() == 1;
        if !is_text {
            return fit(pupil, training, validation, recipe, report);
        }
        let rest: Vec<u32> = (LEARNT.min(training.length())..training.length()).collect();
        rest.chunks(256).try_for_each(|indices| training.batch(indices).map(drop))?;
        fit(pupil, &Inputs(training), None, recipe, report)
    }
}

impl Writer for Unshifted {}

export_writer!(Unshifted);
