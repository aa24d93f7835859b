//! What `fit` tells: one report an epoch, of figures that are so.
//!
//! A model cannot be looked at while its own `fit` runs: a component is not entered twice. So the same run is made again
//! and told to stop after each epoch in turn, which leaves the parameters of that moment behind.

use tito_judge::{Draw, Findings};
use tito_kernels::{Wide, cross_entropy};
use tito_sandbox::{Budget, Epoch, HostError};
use tito_tensor::Tensor;
use tito_trainer::{Examples, Model};

use super::{every_example::unfinished, hint};
use crate::{
    Context,
    classroom::{End, Task, Trained, learn},
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
        let trained = learn(context, &task, End { stop: None, budget: Budget::of_a_call(&context.limits) })?;
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
    let reports: Vec<Epoch> = trained.record.reports().copied().collect();
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
        // All training examples in one batch, so that the loss as it was met is that of the parameters before the epoch;
        // or several batches, of which only the validation is looked at.
        let task = toy::task(&mut draw, 29, 21, batch_size);
        let is_one_batch = batch_size as usize > task.training.count();
        look(context, &task, is_one_batch, &mut findings)?;
    }
    Ok(Found::Cases(findings))
}

fn look(
    context: &Context<'_>,
    task: &Task,
    is_one_batch: bool,
    findings: &mut Findings,
) -> Result<(), HostError> {
    let mut before = Some(task.parameters.clone());
    for stop in 1..=task.recipe.epochs as usize {
        let trained = stopped(context, task, stop)?;
        findings.used(trained.usage);
        let asked = format!("the report of epoch {stop}, against the parameters of that moment");
        let told = trained.record.reports().nth(stop - 1).copied();
        let after = trained.parameters.clone().filter(|after| model(task, after).is_some());
        let came_back = match (told, before, &after) {
            (Some(told), Some(before), Some(after)) => untrue(task, &told, [&before, after], is_one_batch),
            _ => Some(unfinished(&trained).unwrap_or(("no report, or no parameters".to_owned(), None))),
        };
        findings.question(asked, came_back);
        before = after;
    }
    Ok(())
}

/// The run that is told to stop after this epoch.
pub(super) fn stopped(context: &Context<'_>, task: &Task, stop: usize) -> Result<Trained, HostError> {
    learn(context, task, End { stop: Some(stop), budget: Budget::of_a_call(&context.limits) })
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
fn untrue(task: &Task, told: &Epoch, [before, after]: [&[Tensor]; 2], is_one_batch: bool) -> CameBack {
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
    if !is_one_batch {
        return None;
    }
    let (loss, accuracy) = (told.training_loss, told.training_accuracy);
    let [met, now] = [before, after].map(|parameters| computed(task, parameters, task.training.as_ref()));
    let is_true = (met.has_loss(loss) || now.has_loss(loss))
        && (met.has_accuracy(accuracy) || now.has_accuracy(accuracy));
    (!is_true).then(|| {
        let told = format!(
            "a training loss of {loss:.4} and accuracy of {accuracy:.3}, not {:.4} and {:.3}",
            met.loss, met.hits[0]
        );
        (told, hint("metrics-not-true"))
    })
}
