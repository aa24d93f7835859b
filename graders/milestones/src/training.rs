//! One epoch of a training that goes on from a checkpoint, in a fresh guest: it depends on nothing but the component, the
//! plan, the data and the checkpoint, so that whoever has these gets the same bytes again. (A NaN may have other bits on
//! another kind of processor; who diverges gets no checkpoint.)

use std::sync::Arc;

use thiserror::Error;
use tito_artifact::Digest;
use tito_data::{Dataset, Part};
use tito_judge::{Draw, Examiner, parameter_shapes};
use tito_sandbox::{Budget, Epoch, Guest, HostError, Launch, ModelId, Outcome, WASMTIME_VERSION};
use tito_tensor::Tensor;
use tito_trainer::Examples;

use crate::{
    Entry, Figures, Images, OwnError, Plan,
    classroom::{End, Record, SharedExamples, Task, Watch, fit_recorded},
    full_training::{count, uneven},
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

/// How many images are learnt under other numbers: enough to tell whoever knows them from whoever learns them.
const RENUMBERED: usize = 2_000;

/// A plan with the data that it is carried out on.
pub struct Training<'a> {
    plan: &'a Plan,
    data: Dataset,
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

/// What a log calls this program, by which its fuel is counted.
pub fn tool() -> String {
    format!("tito {}, wasmtime {WASMTIME_VERSION}", env!("CARGO_PKG_VERSION"))
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
        Ok(Self {
            plan,
            data: data.clone(),
            classes: data.form().classes,
            training: images(training),
            validation,
        })
    }

    /// Whether the submission builds the plan's network, saves it and restores it: nobody should find out after an epoch.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails; so for every method.
    pub fn rehearse(&self, launch: &dyn Launch) -> Result<Result<(), NotTrained>, HostError> {
        self.within(launch, |guest| {
            let model = ask!("build", guest.build(&self.plan.layers, self.plan.seed));
            let checkpoint = ask!("save", guest.save(model));
            let restored = ask!("restore", guest.restore(&checkpoint));
            self.is_of_the_plan(guest, restored)
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

    /// Trains a new model on some of the images, with their classes under other numbers, as the plan's first epoch would, and
    /// gives the shares that it then recognises of them: by the numbers that it was lent, and by the true ones.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails.
    pub(crate) fn renumbered(
        &self,
        launch: &dyn Launch,
        draw: &mut Draw,
        budget: Budget,
    ) -> Result<Result<[f64; 2], NotTrained>, HostError> {
        let some = draw.permutation(self.training.count()).into_iter().take(RENUMBERED).collect();
        let images = Images(self.data.part(some));
        let images = Arc::new(Renumbered {
            images,
            by: 1 + draw.below(u64::from(self.classes) - 1) as u32,
            classes: self.classes,
        });
        let task = Task { training: images.clone(), validation: None, ..self.task(1) };
        self.within(launch, |guest| {
            let model = ask!("build", guest.build(&self.plan.layers, self.plan.seed));
            let (history, record) = fit_recorded(guest, model, &task, End { stop: None, budget }, None)?;
            ask!("fit", Ok(history));
            if record.is_over {
                return Ok(Err(NotTrained::Over));
            }
            let places: Vec<usize> = (0..images.count()).collect();
            let lent = ask!("forward", count(guest, model, self.classes, images.as_ref(), &places));
            let own = ask!("forward", count(guest, model, self.classes, &images.images, &places));
            Ok(Ok([lent.accuracy, own.accuracy]))
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

/// Images whose classes go by other numbers: so many further, and around.
struct Renumbered {
    images: Images,
    by: u32,
    classes: u32,
}

impl Examples for Renumbered {
    fn count(&self) -> usize {
        self.images.count()
    }

    fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>) {
        let (images, classes) = self.images.batch(places);
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
