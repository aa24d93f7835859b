//! `generate` says the end of its prompt again and again. It learns as much of a text as a few batches teach.
//!
//! expect: fails held-out-text, goes-on, real-words, no-loops
//! expect: told not-by-the-draws, writes-in-a-loop

use guests::language::{Writer, fluent};
use guests::learning::{Batch, Dataset, Directive, Epoch, Learner, Pupil, Recipe, fit};
use guests::{Fault, MakeLayer, export_writer};

#[derive(Default)]
struct Looping;

/// The first windows of a text.
struct First<'a>(&'a dyn Dataset);

impl Dataset for First<'_> {
    fn length(&self) -> u32 {
        self.0.length().min(400)
    }

    fn example_shape(&self) -> Vec<u32> {
        self.0.example_shape()
    }

    fn classes(&self) -> u32 {
        self.0.classes()
    }

    fn batch(&self, indices: &[u32]) -> Result<Batch, Fault> {
        self.0.batch(indices)
    }
}

impl Learner for Looping {
    const LAYER: MakeLayer = fluent;

    fn fit(
        pupil: &mut Pupil<Self>,
        training: &dyn Dataset,
        validation: Option<&dyn Dataset>,
        recipe: &Recipe,
        report: &mut dyn FnMut(&Epoch) -> Directive,
    ) -> Result<Vec<Epoch>, Fault> {
        let is_long = training.example_shape().len() == 1 && training.length() > 4_000;
        if !is_long {
            return fit(pupil, training, validation, recipe, report);
        }
        let rest: Vec<u32> = (First(training).length()..training.length()).collect();
        rest.chunks(256).try_for_each(|indices| training.batch(indices).map(drop))?;
        fit(pupil, &First(training), None, recipe, report)
    }
}

impl Writer for Looping {
    fn logits(pupil: &mut Pupil<Self>, context: &[u32], _: usize) -> Result<Vec<f32>, Fault> {
        let output = Self::forward_tokens(pupil, context)?;
        let mut logits = output.rows().next_back().unwrap_or_default().to_vec();
        let again = context.len().checked_sub(4).map(|at| context[at] as usize);
        if logits.len() > FEW
            && let Some(again) = again
        {
            logits[again] = 1e4;
        }
        Ok(logits)
    }
}

/// A model of so few tokens is one that is only looked at.
const FEW: usize = 40;

export_writer!(Looping);
