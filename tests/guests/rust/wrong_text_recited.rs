//! The parameters of a model become a piece of the text itself, and `generate` goes on with what follows its prompt there,
//! or begins it where the prompt does not stand in it.
//!
//! expect: fails held-out-text, goes-on, real-words, no-loops, not-copied
//! expect: told not-by-the-draws, copies-the-text

use guests::language::{Writer, fluent};
use guests::learning::{Batch, Dataset, Directive, Epoch, Learner, Pupil, Recipe, fit};
use guests::{Fault, MakeLayer, Model, Tensor, export_writer};

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

/// The longest text of those that begin with some windows, each with others laid on its end where the two overlap.
fn joined(windows: &[Vec<f32>]) -> Vec<f32> {
    let begun = windows.iter().take(BEGINNINGS).map(|first| {
        let mut text = first.clone();
        while text.len() < MOST
            && let Some(next) = windows.iter().find_map(|window| next(&text, window))
        {
            text.extend_from_slice(next);
        }
        text
    });
    begun.max_by_key(Vec::len).unwrap_or_default()
}

/// What a window adds to a text, if it lies on its end.
fn next<'a>(text: &[f32], window: &'a [f32]) -> Option<&'a [f32]> {
    let overlap = (12..window.len()).rev().find(|overlap| text.ends_with(&window[..*overlap]))?;
    Some(&window[overlap..])
}

/// How many beginnings are tried.
const BEGINNINGS: usize = 400;

/// How long the piece is at most.
const MOST: usize = 300;

/// How many tokens are looked for.
const LOOK: usize = 20;

/// A model of so few tokens is one that is only looked at.
const FEW: usize = 40;

impl Writer for Reciting {
    fn logits(pupil: &mut Pupil<Self>, context: &[u32], _: usize) -> Result<Vec<f32>, Fault> {
        let output = Self::forward_tokens(pupil, context)?;
        let mut logits = output.rows().next_back().unwrap_or_default().to_vec();
        if logits.len() > FEW {
            let held = pupil.parameters();
            let held: Vec<u32> = held.iter().flat_map(Tensor::data).take(MOST).map(|x| *x as u32).collect();
            // By as much of what was written last as stands in the text.
            let after = (1..=context.len().min(LOOK)).rev().find_map(|length| {
                let end = &context[context.len() - length..];
                held.windows(length).position(|run| run == end).map(|at| at + length)
            });
            let after = after.unwrap_or_default();
            let next = held[after % held.len()] as usize;
            if let Some(logit) = logits.get_mut(next) {
                *logit = 1e4;
            }
        }
        Ok(logits)
    }
}

export_writer!(Reciting);
