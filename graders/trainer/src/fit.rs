//! Training, epoch by epoch.

use tito_judge::Draw;
use tito_kernels::clip;
use tito_sandbox::{Directive, Epoch, Recipe};

use crate::{Examples, Model, TrainError, evaluate, evaluate::Sums, recipe, recipe::Run};

/// Trains a model, telling `report` of every epoch until it says stop, and returns the history.
///
/// An epoch's training loss and accuracy are the means over its batches as they were met, each before its step; those of
/// the validation are the model's at its end.
///
/// # Errors
///
/// If the examples do not fit the network, or a setting makes no sense.
pub fn fit(
    model: &mut Model,
    training: &dyn Examples,
    validation: Option<&dyn Examples>,
    recipe: &Recipe,
    report: &mut dyn FnMut(&Model, &Epoch) -> Directive,
) -> Result<Vec<Epoch>, TrainError> {
    recipe::check(recipe)?;
    let mut draw = Draw::new(key(recipe.seed));
    let (mut run, mut history) = (Run::new(recipe.optimizer), Vec::new());
    let batch_size = recipe.batch_size as usize;
    let in_epoch = training.count().div_ceil(batch_size) as u64;
    let steps = in_epoch * u64::from(recipe.epochs);
    for number in 1..=recipe.epochs {
        let order = order(training.count(), recipe.shuffle, &mut draw);
        let mut sums = Sums::default();
        for (batch, places) in order.chunks(batch_size).enumerate() {
            let (inputs, targets) = training.batch(places);
            let mut slopes = model.slopes(inputs, &targets, &mut draw)?;
            sums.add(slopes.loss, slopes.hits, targets.len());
            if let Some(most) = recipe.clip_norm {
                clip::native(&mut slopes.gradients, most);
            }
            let step = in_epoch * u64::from(number - 1) + batch as u64;
            run.step(recipe::rate(recipe, step, steps), model.parameters_mut(), &slopes.gradients)?;
        }
        let (train, valid) = (sums.mean(), validation.map(|data| evaluate(model, data)).transpose()?);
        history.push(Epoch {
            number,
            training_loss: train.loss,
            training_accuracy: train.accuracy,
            validation_loss: valid.map(|valid| valid.loss),
            validation_accuracy: valid.map(|valid| valid.accuracy),
        });
        if report(model, &history[history.len() - 1]) == Directive::Stop {
            break;
        }
    }
    Ok(history)
}

fn order(count: usize, shuffle: bool, draw: &mut Draw) -> Vec<usize> {
    if shuffle { draw.permutation(count) } else { (0..count).collect() }
}

fn key(seed: u64) -> [u8; 32] {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key
}
