//! Lends data to a submission's `fit`, watches what it does with them, and ends it.
//!
//! What is right is for the checks, which read the [`Record`].

use std::sync::{Arc, Mutex, PoisonError};

use tito_sandbox::{
    Batch, Budget, Callbacks, Called, Directive, Epoch, Fault, Guest, HostError, Layer, Lent, Lesson,
    ModelId, Outcome, Recipe, Spent, Split, Usage,
};
use tito_tensor::Tensor;
use tito_trainer::Examples;

use crate::Context;

/// Examples that a run of training may keep.
pub(crate) type SharedExamples = Arc<dyn Examples + Send + Sync>;

/// What a submission is to learn.
#[derive(Clone)]
pub(crate) struct Task {
    /// From examples to logits.
    pub(crate) layers: Vec<Layer>,
    /// What is loaded before it learns; nothing where it begins with its own.
    pub(crate) parameters: Vec<Tensor>,
    pub(crate) training: SharedExamples,
    pub(crate) validation: Option<SharedExamples>,
    /// How many classes there are.
    pub(crate) classes: u32,
    pub(crate) recipe: Recipe,
}

/// What the host was asked in a run.
#[derive(Clone, Debug, PartialEq)]
enum Event {
    /// Examples were wanted.
    Batch { split: Split, indices: Vec<u32> },
    /// An epoch was reported.
    Report,
}

/// What a run did. How far it is stands beside the events, because it is asked for with every batch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    events: Vec<Event>,
    /// What was reported, in order.
    pub(crate) reports: Vec<Epoch>,
    /// How many training batches were wanted.
    pub(crate) steps: u64,
    /// The events up to the report that was answered with `stop`.
    until_stop: Option<usize>,
    /// Whether the budget was spent before it was done.
    pub(crate) is_over: bool,
    /// What it had taken when it last asked.
    pub(crate) spent: Spent,
}

/// What became of a run of training.
pub(crate) struct Trained {
    /// What `fit` gave.
    pub(crate) outcome: Outcome<Vec<Epoch>>,
    /// The parameters afterwards, if the guest outlived it.
    pub(crate) parameters: Option<Vec<Tensor>>,
    pub(crate) record: Record,
    pub(crate) usage: Usage,
}

/// When the host ends a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// It says `stop` to this report, counted from 1.
    pub(crate) stop: Option<usize>,
    pub(crate) budget: Budget,
}

/// How far a run is, for whoever waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Learning {
    /// Training batches so far, and in all.
    pub steps: [u64; 2],
    /// What was last reported, in the submission's own words.
    pub reported: Option<Epoch>,
    /// The share of the budget that is spent.
    pub spent: f64,
}

/// Told of every batch and report.
pub type Watch = Arc<dyn Fn(Learning) + Send + Sync>;

impl Task {
    fn lesson(&self, budget: Budget) -> Lesson {
        let training = lent(self.training.as_ref(), self.classes);
        let validation = self.validation.as_ref().map(|examples| lent(examples.as_ref(), self.classes));
        Lesson { training, validation, recipe: self.recipe, budget }
    }

    /// The training batches of the whole recipe.
    pub(crate) fn steps(&self) -> u64 {
        let in_epoch = self.training.count().div_ceil(self.recipe.batch_size.max(1) as usize) as u64;
        in_epoch * u64::from(self.recipe.epochs)
    }
}

fn lent(examples: &dyn Examples, classes: u32) -> Lent {
    let (first, _) = examples.batch(&[0]);
    let example_shape = first.shape().extents()[1..].to_vec();
    Lent { length: examples.count() as u32, example_shape, classes }
}

/// Has a fresh guest learn a task, with the budget of any call, until it is done or is told to stop by the answer to this
/// report.
///
/// # Errors
///
/// Only if the host itself fails.
pub(crate) fn learn(context: &Context<'_>, task: &Task, stop: Option<usize>) -> Result<Trained, HostError> {
    let end = End { stop, budget: Budget::of_a_call(&context.limits) };
    learn_and(context, task, end, &mut |_, _| Ok(()))
}

/// What a guest is asked after it has learnt.
pub(crate) type Ask<'a> = dyn FnMut(&mut dyn Guest, ModelId) -> Result<(), HostError> + 'a;

/// The same until another end, and puts the guest with what it has learnt to `ask`.
///
/// # Errors
///
/// Only if the host itself fails.
pub(crate) fn learn_and(
    context: &Context<'_>,
    task: &Task,
    end: End,
    ask: &mut Ask<'_>,
) -> Result<Trained, HostError> {
    let (mut fitted, mut parameters, mut record) = (None, None, Record::default());
    let (outcome, usage) = context.examiner().with_guest(|guest| {
        guest.build(&task.layers, task.recipe.seed)?.then(|model| {
            let loaded = match task.parameters.as_slice() {
                [] => Outcome::Answer(()),
                parameters => guest.load(model, parameters)?,
            };
            loaded.then(|()| {
                let history;
                (history, record) = fit_recorded(guest, model, task, end, context.watch.clone())?;
                parameters = guest.parameters(model)?.answer();
                fitted = Some(history.clone());
                ask(guest, model)?;
                Ok(history)
            })
        })
    })?;
    Ok(Trained { outcome: fitted.unwrap_or(outcome), parameters, record, usage })
}

/// Has a guest's model learn a task until this end, and gives what it did.
///
/// # Errors
///
/// Only if the host itself fails.
pub(crate) fn fit_recorded(
    guest: &mut dyn Guest,
    model: ModelId,
    task: &Task,
    end: End,
    watch: Option<Watch>,
) -> Result<(Outcome<Vec<Epoch>>, Record), HostError> {
    let host = Arc::new(Mutex::new(Host::new(task, end, watch)));
    let history = guest.fit(model, &task.lesson(end.budget), host.clone())?;
    let record = host.lock().unwrap_or_else(PoisonError::into_inner).record.clone();
    Ok((history, record))
}

/// The same to the task's end, unwatched.
///
/// # Errors
///
/// Only if the host itself fails.
pub(crate) fn fit(guest: &mut dyn Guest, model: ModelId, task: &Task, budget: Budget) -> Called<Vec<Epoch>> {
    Ok(fit_recorded(guest, model, task, End { stop: None, budget }, None)?.0)
}

/// The host of one run.
struct Host {
    training: SharedExamples,
    validation: Option<SharedExamples>,
    steps: u64,
    end: End,
    record: Record,
    watch: Option<Watch>,
}

impl Host {
    fn new(task: &Task, end: End, watch: Option<Watch>) -> Self {
        let (training, validation) = (task.training.clone(), task.validation.clone());
        Self { training, validation, steps: task.steps(), end, record: Record::default(), watch }
    }

    fn tell(&self) {
        let Some(watch) = &self.watch else { return };
        let Spent { fuel, time } = self.record.spent;
        let Budget { fuel: all_fuel, ms } = self.end.budget;
        let of_fuel = fuel as f64 / all_fuel.max(1) as f64;
        let of_time = time.as_millis() as f64 / ms.max(1) as f64;
        watch(Learning {
            steps: [self.record.steps, self.steps],
            reported: self.record.reports.last().copied(),
            spent: of_fuel.max(of_time).min(1.0),
        });
    }
}

impl Callbacks for Host {
    fn report(&mut self, epoch: Epoch, spent: Spent) -> Directive {
        let record = &mut self.record;
        record.events.push(Event::Report);
        record.reports.push(epoch);
        let is_last = self.end.stop.is_some_and(|stop| record.reports.len() >= stop);
        let is_over = !self.end.budget.covers(spent);
        record.is_over |= is_over;
        record.spent = spent;
        if is_last || is_over {
            record.until_stop.get_or_insert(record.events.len());
        }
        self.tell();
        if is_last || is_over { Directive::Stop } else { Directive::Proceed }
    }

    /// Who asks on after it was told to stop, or whose budget is spent, gets no more.
    fn batch(&mut self, split: Split, indices: &[u32], spent: Spent) -> Result<Batch, Fault> {
        self.record.is_over |= !self.end.budget.covers(spent);
        self.record.events.push(Event::Batch { split, indices: indices.to_vec() });
        self.record.steps += u64::from(split == Split::Training);
        self.record.spent = spent;
        self.tell();
        if self.record.is_over || self.record.until_stop.is_some() {
            return Err(Fault::Internal("the run has ended: return from fit".into()));
        }
        let examples = match split {
            Split::Training => Some(&self.training),
            Split::Validation => self.validation.as_ref(),
        };
        let places: Vec<usize> = indices.iter().map(|&index| index as usize).collect();
        let (inputs, targets) = examples.expect("only what was lent is asked for").batch(&places);
        Ok(Batch { inputs, targets })
    }
}

impl Record {
    /// Whether examples of a split were wanted.
    pub(crate) fn has_asked_for(&self, split: Split) -> bool {
        self.events.iter().any(|event| matches!(event, Event::Batch { split: of, .. } if *of == split))
    }

    /// The training batches before each report; what came after the last one is not among them.
    pub(crate) fn epochs(&self) -> Vec<Vec<&[u32]>> {
        let (mut epochs, mut current) = (Vec::new(), Vec::new());
        for event in &self.events {
            match event {
                Event::Batch { split: Split::Training, indices } => current.push(indices.as_slice()),
                Event::Batch { .. } => {}
                Event::Report => epochs.push(std::mem::take(&mut current)),
            }
        }
        epochs
    }

    /// What was asked after it was told to stop.
    pub(crate) fn after_stop(&self) -> usize {
        self.until_stop.map_or(0, |until| self.events.len() - until)
    }
}
