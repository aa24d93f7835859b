//! What `fit` tells: one report an epoch, of figures that are so.
//!
//! A model cannot be looked at while its own `fit` runs: a component is not entered twice. So the same run is made again
//! and told to stop after each epoch in turn, which leaves the parameters of that moment behind.

use tito_judge::{Draw, Findings};
use tito_kernels::{Wide, cross_entropy};
use tito_sandbox::{Epoch, HostError, Layer};
use tito_tensor::Tensor;
use tito_trainer::{Examples, Model, Run};

use super::{every_example::unfinished, hint};
use crate::{
    Context,
    classroom::{Task, Trained, learn},
    faults::CameBack,
    milestone::Found,
    toy,
};

/// How far a loss in f32 may be from the same in f64, relative and absolute. Losses here are means of some dozen terms
/// of magnitude 1; what is wrong is wrong by percents.
const NEAR: f64 = 1e-4;

/// One report an epoch, numbered one after the other, and the same in the history.
pub(super) fn every_epoch(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/reports");
    let mut findings = Findings::default();
    for epochs in [1, 4] {
        let mut task = toy::task(&mut draw, 23, 9, 8);
        task.recipe.epochs = epochs;
        if epochs == 1 {
            task.validation = None;
        }
        let trained = learn(context, &task, None)?;
        findings.used(trained.usage);
        findings.question(format!("the reports of {epochs} epochs"), untold(&task, &trained));
    }
    Ok(Found::Cases(findings))
}

/// What is wrong with the reports of a run.
fn untold(task: &Task, trained: &Trained) -> CameBack {
    if let Some(problem) = unfinished(trained) {
        return Some(problem);
    }
    let reports: Vec<Epoch> = trained.record.reports.clone();
    let first = reports.first().map_or(0, |epoch| epoch.number);
    let is_numbered = reports.iter().zip(first..).all(|(epoch, number)| epoch.number == number);
    let has_validation = reports.iter().all(|epoch| {
        let is_told = [epoch.validation_loss, epoch.validation_accuracy].map(|figure| figure.is_some());
        is_told == [task.validation.is_some(); 2]
    });
    let history = trained.outcome.clone().answer().unwrap_or_default();
    let same = |(told, kept): (&Epoch, &Epoch)| format!("{told:?}") == format!("{kept:?}");
    let is_kept = history.len() == reports.len() && reports.iter().zip(&history).all(same);
    let wanted = task.recipe.epochs as usize;
    match () {
        () if reports.len() != wanted => {
            Some((format!("{} reports", reports.len()), hint("epoch-not-reported")))
        }
        () if !is_numbered || first > 1 => Some(("numbers that do not follow each other".to_owned(), None)),
        () if !has_validation => {
            Some(("figures of validation where there is none, or none where there is".to_owned(), None))
        }
        () if !is_kept => Some(("another history than was reported".to_owned(), None)),
        () => None,
    }
}

/// What is reported is what the host computes from the parameters of that moment.
pub(super) fn are_true(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/true-reports");
    let mut findings = Findings::default();
    for batch_size in [64, 8] {
        look(context, &toy::task(&mut draw, 29, 21, batch_size), &mut findings)?;
    }
    look(context, &toy::with_dropout(toy::task(&mut draw, 29, 21, 8)), &mut findings)?;
    Ok(Found::Cases(findings))
}

fn look(context: &Context<'_>, task: &Task, findings: &mut Findings) -> Result<(), HostError> {
    let mut before = Some(task.parameters.clone());
    for stop in 1..=task.recipe.epochs as usize {
        let trained = learn(context, task, Some(stop))?;
        findings.used(trained.usage);
        let asked = format!("the report of epoch {stop}, against the parameters of that moment");
        let told = trained.record.reports.get(stop - 1).copied();
        let after = trained.parameters.clone().filter(|after| model(task, after).is_some());
        let came_back = match (told, before, &after) {
            (Some(told), Some(before), Some(after)) => {
                let batches = trained.record.epochs().pop().unwrap_or_default();
                untrue(task, &told, [&before, after], &batches)
            }
            _ => Some(unfinished(&trained).unwrap_or(("no report, or no parameters".to_owned(), None))),
        };
        findings.question(asked, came_back);
        before = after;
    }
    Ok(())
}

/// A native model with these parameters; none if they do not fit.
pub(super) fn model(task: &Task, parameters: &[Tensor]) -> Option<Model> {
    let mut model = Model::build(&task.layers, &mut Draw::new([0; 32])).expect("tasks are of native layers");
    model.load(parameters.to_vec()).ok().map(|()| model)
}

/// What the host computes of a model: its mean loss, and the least and most examples that it gets right, since rounding
/// decides where two logits are nearly equal.
struct Computed {
    loss: f64,
    hits: [f64; 2],
}

fn computed(task: &Task, parameters: &[Tensor], examples: &dyn Examples) -> Computed {
    let model = model(task, parameters).expect("the parameters were looked at");
    let (inputs, targets) = examples.batch(&(0..examples.count()).collect::<Vec<_>>());
    let logits = model.forward(&inputs).expect("the task's examples fit its layers");
    let loss = cross_entropy::oracle(&Wide::from(&logits), &targets).expect("there is a target for each row");
    let classes = task.classes as usize;
    let mut hits = [0.0; 2];
    for (row, &target) in logits.data().chunks_exact(classes).zip(&targets) {
        let own = row[target as usize];
        let others = row.iter().enumerate().filter(|&(class, _)| class != target as usize);
        let most = others.map(|(_, &x)| x).fold(f32::NEG_INFINITY, f32::max);
        let doubt = 1e-5 * (1.0 + own.abs());
        hits[0] += f64::from(u8::from(own > most + doubt));
        hits[1] += f64::from(u8::from(own >= most - doubt));
    }
    Computed { loss: loss.value.value.data()[0], hits: hits.map(|hits| hits / targets.len() as f64) }
}

impl Computed {
    fn is(&self, loss: f32, accuracy: f32) -> bool {
        self.has_loss(loss) && self.has_accuracy(accuracy)
    }

    /// Written so that NaN is not near.
    fn has_loss(&self, loss: f32) -> bool {
        (f64::from(loss) - self.loss).abs() <= NEAR * (1.0 + self.loss.abs())
    }

    fn has_accuracy(&self, accuracy: f32) -> bool {
        let accuracy = f64::from(accuracy);
        self.hits[0] - NEAR <= accuracy && accuracy <= self.hits[1] + NEAR
    }
}

/// What is not so in a report, given the parameters before and after its epoch.
fn untrue(task: &Task, told: &Epoch, [before, after]: [&[Tensor]; 2], batches: &[&[u32]]) -> CameBack {
    let validation = task.validation.as_ref().expect("these tasks have validation examples");
    let found = computed(task, after, validation.as_ref());
    let (Some(loss), Some(accuracy)) = (told.validation_loss, told.validation_accuracy) else {
        return Some(("no figures of the validation".to_owned(), None));
    };
    if !found.is(loss, accuracy) {
        let came_back = format!(
            "a validation loss of {loss:.4} and accuracy of {accuracy:.3}, not {:.4} and {:.3}",
            found.loss, found.hits[0]
        );
        let early = computed(task, before, validation.as_ref());
        let late = if early.is(loss, accuracy) { "validation-of-epoch-before" } else { "metrics-not-true" };
        return Some((came_back, hint(late)));
    }
    let (loss, accuracy) = (told.training_loss, told.training_accuracy);
    let met = met(task, [before, after], batches)?;
    let now = computed(task, after, task.training.as_ref());
    let all = met.iter().chain([&now]);
    let is_true =
        all.clone().any(|one| one.has_loss(loss)) && all.clone().any(|one| one.has_accuracy(accuracy));
    (!is_true).then(|| {
        let told = format!(
            "a training loss of {loss:.4} and accuracy of {accuracy:.3}, not {:.4} and {:.3}",
            met[0].loss, met[0].hits[0]
        );
        (told, hint("metrics-not-true"))
    })
}

/// What an epoch has met: the mean over its examples, and that over its batches, each before its step. Nothing where its
/// steps are not those of the recipe, which is for other checks, or where dropout draws.
fn met(task: &Task, [before, after]: [&[Tensor]; 2], batches: &[&[u32]]) -> Option<[Computed; 2]> {
    let draws = task.layers.iter().any(|layer| matches!(layer, Layer::Dropout(_)));
    let (rate, mut run) = (task.recipe.optimizer.learning_rate(), Run::new(task.recipe.optimizer));
    let (mut model, mut draw) = (model(task, before).filter(|_| !draws)?, Draw::new([0; 32]));
    let mut of_each = Vec::new();
    for batch in batches {
        let places: Vec<usize> = batch.iter().map(|&index| index as usize).collect();
        let (inputs, targets) = task.training.batch(&places);
        let slopes = model.slopes(inputs, &targets, &mut draw).expect("the task's examples fit its layers");
        let mut parameters = model.parameters().to_vec();
        run.step(rate, &mut parameters, &slopes.gradients).expect("there is a gradient for each parameter");
        model.load(parameters).expect("a step keeps shapes");
        let count = targets.len() as f64;
        of_each.push([f64::from(slopes.loss), slopes.hits as f64 / count, count]);
    }
    let is_near = |(own, found): (&Tensor, &Tensor)| {
        own.data().iter().zip(found.data()).all(|(a, b)| (a - b).abs() <= 1e-4 * (1.0 + b.abs()))
    };
    let is_of_recipe = !of_each.is_empty() && model.parameters().iter().zip(after).all(is_near);
    is_of_recipe.then(|| [mean(&of_each, |count| count), mean(&of_each, |_| 1.0)])
}

/// The mean of losses and accuracies of batches, each of some weight by the examples that it has. One example whose logits
/// are nearly equal may be counted either way.
fn mean(batches: &[[f64; 3]], weight: impl Fn(f64) -> f64) -> Computed {
    let all: f64 = batches.iter().map(|batch| weight(batch[2])).sum();
    let mean = |at: usize| batches.iter().map(|batch| batch[at] * weight(batch[2])).sum::<f64>() / all;
    let one = 1.0 / batches.iter().map(|batch| batch[2]).sum::<f64>();
    Computed { loss: mean(0), hits: [mean(1) - one, mean(1) + one] }
}
