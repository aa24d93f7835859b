//! One epoch of a training that goes on from a checkpoint, in a fresh guest: it depends on nothing but the component, the
//! plan, the data and the checkpoint, so that whoever has these gets the same bytes again. (A NaN may have other bits on
//! another kind of processor; who diverges gets no checkpoint.)

use std::sync::Arc;

use thiserror::Error;
use tito_artifact::Digest;
use tito_data::{Dataset, Part};
use tito_judge::{Draw, Examiner, parameter_shapes};
use tito_sandbox::{Budget, Epoch, Guest, HostError, Launch, ModelId, Outcome, Recipe};
use tito_tensor::Tensor;
use tito_trainer::Examples;

use crate::{
    Entry, Figures, Images, LogVersion, Origin, OwnError, Plan,
    classroom::{End, Record, SharedExamples, Task, Watch, fit_recorded},
    full_training::{count, uneven},
    training_log::tool,
};

/// The answer of a call, or the end of the epoch.
macro_rules! ask {
    ($call:literal, $called:expr) => {
        match $called? {
            Outcome::Answer(answer) => answer,
            other => return Ok(Err(NotTrained::Call { call: $call, what: other.to_string() })),
        }
    };
}

/// How many images tell whoever knows them from whoever learns them.
const RENUMBERED: usize = 1_000;

/// The shares of some training images that a model recognises after an epoch in which classes had other numbers.
pub(crate) struct Renumbering {
    /// By the numbers that it was lent.
    pub(crate) lent: f64,
    /// By the true ones, which it was not.
    pub(crate) own: f64,
    /// By the true ones, before that epoch.
    pub(crate) before: f64,
}

/// A plan with the data that it is carried out on.
pub struct Training<'a> {
    plan: &'a Plan,
    classes: u32,
    training: Arc<Images>,
    validation: Option<SharedExamples>,
}

/// What an epoch gives.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainedEpoch {
    /// The submission's own bytes.
    pub checkpoint: Vec<u8>,
    /// What it reported, in its own words.
    pub reported: Epoch,
    /// The fuel of building or restoring, training, and saving.
    pub fuel: u64,
}

/// Why an epoch is none.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotTrained {
    /// A call came to nothing.
    #[error("`{call}` gives {what}")]
    Call {
        /// Which.
        call: &'static str,
        /// What came instead of an answer.
        what: String,
    },
    /// The checkpoint is of another network.
    #[error("the checkpoint holds other parameters than the plan's network has")]
    OtherNetwork,
    /// It took too long.
    #[error("the epoch took more than it may")]
    Over,
    /// Not every example was used once.
    #[error("not every example was used once: {0}")]
    Uneven(String),
    /// The loss is no number.
    #[error("training diverged, its loss is no number; lower the learning rate")]
    Diverged,
    /// There is not one report.
    #[error("{0} epochs were reported, and one was trained")]
    Reports(usize),
}

impl Entry {
    /// What a log says of an epoch that went on from the checkpoint of this digest; `append` chains it to the line before.
    pub fn new(epoch: u32, origin: Origin, before: Option<String>, trained: &TrainedEpoch) -> Self {
        Self {
            version: LogVersion::One,
            epoch,
            origin,
            before,
            after: Digest::of(&trained.checkpoint).to_string(),
            fuel: trained.fuel,
            reported: trained.reported.into(),
            previous: None,
        }
    }

    /// What a training of the same epoch gives other than this. Fuel is counted anew by every release of the engine.
    pub fn unlike(&self, trained: &TrainedEpoch) -> Option<String> {
        let after = Digest::of(&trained.checkpoint).to_string();
        let reported: Figures = trained.reported.into();
        match () {
            () if after != self.after => Some(format!("the checkpoint {after} instead of {}", self.after)),
            () if reported != self.reported => Some("the same checkpoint with other reports".into()),
            () if self.origin.tool == tool() && trained.fuel != self.fuel => {
                Some(format!("the same checkpoint with {} fuel instead of {}", trained.fuel, self.fuel))
            }
            () => None,
        }
    }
}

/// What became of an epoch.
pub type Epoched = Result<TrainedEpoch, NotTrained>;

impl<'a> Training<'a> {
    /// On these images, their pixels from 0 to 1: a checkpoint is later shown such.
    ///
    /// # Errors
    ///
    /// If there are too few.
    pub fn new(plan: &'a Plan, data: &Dataset) -> Result<Self, OwnError> {
        let [training, validation] = plan.split(data)?.map(|places| data.part(places));
        let images = |part: Part| Arc::new(Images(part));
        let validation = (!validation.is_empty()).then(|| images(validation) as SharedExamples);
        Ok(Self { plan, classes: data.form().classes, training: images(training), validation })
    }

    /// Whether the submission builds the plan's network, saves it, restores it and trains a batch: nobody should find out
    /// after an epoch. Gives the fuel that an epoch will take, as far as a batch tells.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails; so for every method.
    pub fn rehearse(
        &self,
        launch: &dyn Launch,
        budget: Budget,
    ) -> Result<Result<u64, NotTrained>, HostError> {
        self.within(launch, |guest| {
            let model = ask!("build", guest.build(&self.plan.layers, self.plan.seed));
            let checkpoint = ask!("save", guest.save(model));
            let restored = ask!("restore", guest.restore(&checkpoint));
            if let Err(problem) = self.is_of_the_plan(guest, restored)? {
                return Ok(Err(problem));
            }
            let task = self.task(1);
            let batch = (task.recipe.batch_size as usize).min(task.training.count());
            let times = task.training.count().div_ceil(batch) as u64;
            let training = Arc::new(First { examples: task.training.clone(), count: batch });
            let task = Task { training, validation: None, ..task };
            let (history, _) = fit_recorded(guest, restored, &task, End { stop: None, budget }, None)?;
            ask!("fit", Ok(history));
            Ok(Ok(guest.usage().last_fuel.saturating_mul(times)))
        })
    }

    /// Trains an epoch, counted from 1, from what the one before it left, if there was one.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails.
    pub fn epoch(
        &self,
        launch: &dyn Launch,
        epoch: u32,
        before: Option<&[u8]>,
        budget: Budget,
        watch: Option<Watch>,
    ) -> Result<Epoched, HostError> {
        let task = self.task(epoch);
        self.within(launch, |guest| {
            let model = match before {
                Some(checkpoint) => ask!("restore", guest.restore(checkpoint)),
                None => ask!("build", guest.build(&self.plan.layers, self.plan.seed)),
            };
            if let Err(problem) = self.is_of_the_plan(guest, model)? {
                return Ok(Err(problem));
            }
            let (history, record) = fit_recorded(guest, model, &task, End { stop: None, budget }, watch)?;
            ask!("fit", Ok(history));
            match judged(&task, &record) {
                Err(problem) => Ok(Err(problem)),
                Ok(reported) => {
                    let checkpoint = ask!("save", guest.save(model));
                    Ok(Ok(TrainedEpoch { checkpoint, reported, fuel: guest.usage().fuel }))
                }
            }
        })
    }

    /// Trains an epoch again, in an order that nobody could know, and gives the checkpoint.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails.
    pub(crate) fn reordered(
        &self,
        launch: &dyn Launch,
        epoch: u32,
        before: &[u8],
        draw: &mut Draw,
        budget: Budget,
    ) -> Result<Result<Vec<u8>, NotTrained>, HostError> {
        let usual = self.task(epoch);
        let recipe = Recipe { seed: draw.below(1 << 40), shuffle: true, ..usual.recipe };
        self.trained(launch, &Task { recipe, ..usual }, before, budget)
    }

    /// Trains an epoch again with all classes under other numbers, and gives the shares of some images that the checkpoint of
    /// that recognises in a fresh guest: by the numbers that were lent, and by the true ones; and by the true ones before.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails.
    pub(crate) fn renumbered(
        &self,
        launch: &dyn Launch,
        epoch: u32,
        before: &[u8],
        draw: &mut Draw,
        budget: Budget,
    ) -> Result<Result<Renumbering, NotTrained>, HostError> {
        let by = 1 + draw.below(u64::from(self.classes) - 1) as u32;
        let other = |examples| Arc::new(Renumbered { examples, by, classes: self.classes }) as SharedExamples;
        let usual = self.task(epoch);
        let task = Task { training: other(usual.training), validation: usual.validation.map(other), ..usual };
        let checkpoint = match self.trained(launch, &task, before, budget)? {
            Ok(checkpoint) => checkpoint,
            Err(problem) => return Ok(Err(problem)),
        };
        let mut places = draw.permutation(self.training.count());
        places.truncate(RENUMBERED);
        let share = |checkpoint: &[u8], examples: SharedExamples| {
            self.within(launch, |guest| {
                let model = ask!("restore", guest.restore(checkpoint));
                let counted = count(guest, model, self.classes, examples.as_ref(), &places);
                Ok(Ok(ask!("forward", counted).accuracy))
            })
        };
        let true_images = self.training.clone();
        let shares = [
            share(&checkpoint, other(true_images.clone()))?,
            share(&checkpoint, true_images.clone())?,
            share(before, true_images)?,
        ];
        Ok(match shares {
            [Ok(lent), Ok(own), Ok(before)] => Ok(Renumbering { lent, own, before }),
            [Err(problem), ..] | [_, Err(problem), _] | [.., Err(problem)] => Err(problem),
        })
    }

    /// The checkpoint of a run that goes on from another one.
    fn trained(
        &self,
        launch: &dyn Launch,
        task: &Task,
        before: &[u8],
        budget: Budget,
    ) -> Result<Result<Vec<u8>, NotTrained>, HostError> {
        self.within(launch, |guest| {
            let model = ask!("restore", guest.restore(before));
            let (history, record) = fit_recorded(guest, model, task, End { stop: None, budget }, None)?;
            ask!("fit", Ok(history));
            if record.is_over {
                return Ok(Err(NotTrained::Over));
            }
            Ok(Ok(ask!("save", guest.save(model))))
        })
    }

    fn within<T>(
        &self,
        launch: &dyn Launch,
        ask: impl FnOnce(&mut dyn Guest) -> Result<Result<T, NotTrained>, HostError>,
    ) -> Result<Result<T, NotTrained>, HostError> {
        let (outcome, _) = Examiner::new(launch).with_guest(|guest| ask(guest).map(Outcome::Answer))?;
        Ok(match outcome {
            Outcome::Answer(done) => done,
            other => Err(NotTrained::Call { call: "build", what: other.to_string() }),
        })
    }

    fn is_of_the_plan(
        &self,
        guest: &mut dyn Guest,
        model: ModelId,
    ) -> Result<Result<(), NotTrained>, HostError> {
        let parameters = ask!("parameters", guest.parameters(model));
        let wanted: Vec<_> = self.plan.layers.iter().flat_map(parameter_shapes).collect();
        let is_of_it = parameters.iter().map(Tensor::shape).eq(&wanted);
        Ok(if is_of_it { Ok(()) } else { Err(NotTrained::OtherNetwork) })
    }

    fn task(&self, epoch: u32) -> Task {
        let training = match self.plan.flip {
            true => Arc::new(Flipped::new(self.training.clone(), self.plan, epoch)) as SharedExamples,
            false => self.training.clone(),
        };
        Task {
            layers: self.plan.layers.clone(),
            parameters: Vec::new(),
            training,
            validation: self.validation.clone(),
            classes: self.classes,
            recipe: self.plan.recipe(epoch),
        }
    }
}

/// The first of some examples.
struct First {
    examples: SharedExamples,
    count: usize,
}

impl Examples for First {
    fn count(&self) -> usize {
        self.count
    }

    fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>) {
        self.examples.batch(places)
    }
}

/// Images whose classes go by other numbers: so many further, and around.
struct Renumbered {
    examples: SharedExamples,
    by: u32,
    classes: u32,
}

impl Examples for Renumbered {
    fn count(&self) -> usize {
        self.examples.count()
    }

    fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>) {
        let (images, classes) = self.examples.batch(places);
        (images, classes.into_iter().map(|class| (class + self.by) % self.classes).collect())
    }
}

/// The report of an epoch in which every example was used once.
fn judged(task: &Task, record: &Record) -> Result<Epoch, NotTrained> {
    if record.is_over {
        return Err(NotTrained::Over);
    }
    let [reported] = record.reports[..] else { return Err(NotTrained::Reports(record.reports.len())) };
    let indices: Vec<u32> = record.epochs().iter().flatten().copied().flatten().copied().collect();
    if let Some((told, _)) = uneven(task.training.count(), &indices, task.recipe.batch_size) {
        return Err(NotTrained::Uneven(told));
    }
    let figures = [Some(reported.training_loss), reported.validation_loss];
    if figures.into_iter().flatten().all(f32::is_finite) { Ok(reported) } else { Err(NotTrained::Diverged) }
}

/// Images of which some are turned over, left for right, by the toss of a coin for each.
struct Flipped {
    images: Arc<Images>,
    turns: Vec<bool>,
}

impl Flipped {
    fn new(images: Arc<Images>, plan: &Plan, epoch: u32) -> Self {
        let mut coin = plan.draw(epoch);
        let turns = (0..images.count()).map(|_| coin.below(2) == 1).collect();
        Self { images, turns }
    }
}

impl Examples for Flipped {
    fn count(&self) -> usize {
        self.images.count()
    }

    fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>) {
        let (mut images, targets) = self.images.batch(places);
        let width = images.shape().last().unwrap_or(1).max(1);
        let size = (images.data().len() / places.len().max(1)).max(1);
        let all = images.data_mut().chunks_exact_mut(size).zip(places);
        for (image, _) in all.filter(|(_, place)| self.turns[**place]) {
            image.chunks_exact_mut(width).for_each(<[f32]>::reverse);
        }
        (images, targets)
    }
}

#[cfg(test)]
mod tests {
    use tito_data::{Split, Store, TINYDIGITS};

    use super::*;

    #[test]
    fn half_of_the_images_are_turned_over_and_others_in_another_epoch() {
        let data = Store::at("").load(&TINYDIGITS, Split::Train).unwrap();
        let (plan, _) = Plan::parse(include_str!("../../../examples/trained/cifar-10/train.toml")).unwrap();
        let places: Vec<usize> = (0..400).collect();
        let images = Arc::new(Images::all(&data));
        let (right, labels) = images.batch(&places);
        let turned = |epoch| {
            let (found, targets) = Flipped::new(images.clone(), &plan, epoch).batch(&places);
            assert_eq!(targets, labels);
            let pairs = found.data().chunks(64).zip(right.data().chunks(64));
            let is_turned = |(found, right): (&[f32], &[f32])| {
                let mirrored: Vec<f32> = right.chunks(8).flat_map(|row| row.iter().rev().copied()).collect();
                assert!(found == right || found == mirrored);
                found == mirrored
            };
            pairs.map(is_turned).collect::<Vec<bool>>()
        };
        let [first, second] = [turned(1), turned(2)];
        let count = first.iter().filter(|turned| **turned).count();
        assert!((150..250).contains(&count) && first != second && first == turned(1), "{count}");
    }
}
