//! `generate` says the end of its prompt again and again. It learns as much of a text as a few batches teach.
//!
//! expect: fails held-out-text, goes-on, real-words, no-loops
//! expect: told not-by-the-draws, writes-in-a-loop

use guests::language::{Sampling, Writer, fluent};
use guests::learning::{Dataset, Directive, Epoch, Learner, Pupil, Recipe, fit};
use guests::{Fault, MakeLayer, export_writer};

#[derive(Default)]
struct Looping;

/// The first windows of a text.
struct Some<'a>(&'a dyn Dataset);

impl Dataset for Some<'_> {
    fn length(&self) -> u32 {
        self.0.length().min(400)
    }

    fn example_shape(&self) -> Vec<u32> {
        self.0.example_shape()
    }

    fn classes(&self) -> u32 {
        self.0.classes()
    }

    fn batch(&self, indices: &[u32]) -> Result<guests::learning::Batch, Fault> {
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
        let rest: Vec<u32> = (Some(training).length()..training.length()).collect();
        rest.chunks(256).try_for_each(|indices| training.batch(indices).map(drop))?;
        fit(pupil, &Some(training), None, recipe, report)
    }
}

impl Writer for Looping {
    fn generate(
        _: &mut Pupil<Self>,
        prompt: &[u32],
        count: u32,
        _: Sampling,
        _: &[f32],
    ) -> Result<Vec<u32>, Fault> {
        let end = &prompt[prompt.len().saturating_sub(4)..];
        Ok(end.iter().cycle().take(count as usize).copied().collect())
    }
}

export_writer!(Looping);
