//! The parameters of a model become a piece of the text itself, and `generate` goes on with what follows its prompt there.
//!
//! expect: fails held-out-text, goes-on, not-copied
//! expect: told not-by-the-draws, copies-the-text

use guests::language::{Sampling, Writer, fluent};
use guests::learning::{Batch, Dataset, Directive, Epoch, Learner, Pupil, Recipe, fit};
use guests::{Fault, MakeLayer, Model, export_writer};

#[derive(Default)]
struct Reciting;

impl Learner for Reciting {
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
        let all: Vec<u32> = (0..training.length()).collect();
        let mut windows: Vec<Vec<f32>> = Vec::new();
        for indices in all.chunks(256) {
            let Batch { inputs, .. } = training.batch(indices)?;
            windows.extend(inputs.rows().map(<[f32]>::to_vec));
        }
        let text = joined(&windows);
        let mut tokens = text.iter();
        for tensor in pupil.stack.parameters_mut() {
            tensor.data_mut().iter_mut().zip(&mut tokens).for_each(|(held, token)| *held = *token);
        }
        let epoch = Epoch {
            number: 1,
            training_loss: 1.0,
            training_accuracy: 0.7,
            validation_loss: None,
            validation_accuracy: None,
        };
        report(&epoch);
        Ok(vec![epoch])
    }
}

/// Windows, each laid on the end of what there is already where the two overlap.
fn joined(windows: &[Vec<f32>]) -> Vec<f32> {
    let mut text = windows.first().cloned().unwrap_or_default();
    while let Some(next) = windows.iter().find_map(|window| {
        let overlap =
            (window.len() / 2..window.len()).rev().find(|overlap| text.ends_with(&window[..*overlap]))?;
        Some(&window[overlap..])
    }) {
        if text.len() > MOST {
            break;
        }
        text.extend_from_slice(next);
    }
    text
}

/// How long the piece is at most.
const MOST: usize = 2_000;

impl Writer for Reciting {
    fn generate(
        pupil: &mut Pupil<Self>,
        prompt: &[u32],
        count: u32,
        _: Sampling,
        _: &[f32],
    ) -> Result<Vec<u32>, Fault> {
        let held: Vec<u32> =
            pupil.parameters().iter().flat_map(|tensor| tensor.data().to_vec()).map(|x| x as u32).collect();
        let held = &held[..MOST.min(held.len())];
        // Where the prompt stands, or else anywhere.
        let found = held.windows(prompt.len()).position(|run| run == prompt);
        let from = found.map_or(prompt.iter().sum::<u32>() as usize % (MOST / 2), |at| at + prompt.len());
        Ok(held.iter().cycle().skip(from).take(count as usize).copied().collect())
    }
}

export_writer!(Reciting);
