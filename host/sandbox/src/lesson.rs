//! What a submission's `fit` is given: the data that are lent to it, how it trains, and what that may take.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tito_artifact::RunLimits;
use tito_tensor::Tensor;

use crate::{Directive, Epoch, Fault, Recipe};

/// The contract's bound on the indices of one batch.
pub const MOST_INDICES: usize = 4096;

/// A run of training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lesson {
    /// What is learnt.
    pub training: Lent,
    /// What is only looked at.
    pub validation: Option<Lent>,
    /// How.
    pub recipe: Recipe,
    /// What it may take.
    pub budget: Budget,
}

/// A dataset that is lent to a submission: what it may know of it before it asks for a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lent {
    /// How many examples there are.
    pub length: u32,
    /// The shape of one.
    pub example_shape: Vec<u32>,
    /// How many classes there are.
    pub classes: u32,
}

/// Which of the two datasets of a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Split {
    /// The one that is learnt.
    Training,
    /// The one that is only looked at.
    Validation,
}

/// What a run of training may take before the host asks it to end. It has some more to return in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Units of fuel.
    pub fuel: u64,
    /// Milliseconds, counted as [`RunLimits::deadline_ms`] is.
    pub ms: u64,
}

/// What a run of training has taken when it asks something of the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Units of fuel; 0 on an engine that does not meter.
    pub fuel: u64,
    /// Time, counted as [`RunLimits::deadline_ms`] is.
    pub time: Duration,
}

/// Some examples, as a submission asked for them.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// [number of indices, ...example shape]
    pub inputs: Tensor,
    /// One class per prediction.
    pub targets: Vec<u32>,
}

/// What a submission may ask of the host while it trains.
pub trait Callbacks: Send {
    /// It has trained for an epoch, and asks whether to go on.
    fn report(&mut self, epoch: Epoch, spent: Spent) -> Directive;

    /// It wants these examples, of which there are no more than [`MOST_INDICES`], and each is there.
    ///
    /// # Errors
    ///
    /// The fault that it is answered instead.
    fn batch(&mut self, split: Split, indices: &[u32], spent: Spent) -> Result<Batch, Fault>;
}

impl Lesson {
    /// The dataset of this kind, where one is lent.
    pub fn lent(&self, split: Split) -> Option<&Lent> {
        match split {
            Split::Training => Some(&self.training),
            Split::Validation => self.validation.as_ref(),
        }
    }

    /// Whether these examples can be asked for.
    ///
    /// # Errors
    ///
    /// The fault that whoever asks is answered.
    pub fn admit(&self, split: Split, indices: &[u32]) -> Result<(), Fault> {
        let length = self.lent(split).map_or(0, |lent| lent.length);
        let wrong = if indices.len() > MOST_INDICES {
            format!("a batch of {} indices: {MOST_INDICES} are the most", indices.len())
        } else {
            match indices.iter().find(|&&index| index >= length) {
                Some(index) => format!("there is no example {index} of {length}"),
                None => return Ok(()),
            }
        };
        Err(Fault::InvalidArgument(wrong))
    }
}

impl Budget {
    /// What any other call may take.
    pub fn of_a_call(limits: &RunLimits) -> Self {
        Self { fuel: limits.fuel_per_call, ms: limits.deadline_ms }
    }

    /// What the limits give to training a network.
    pub fn of_training(limits: &RunLimits) -> Self {
        Self { fuel: limits.fuel_per_fit, ms: limits.fit_ms }
    }

    /// Whether no more than this was spent.
    pub fn covers(&self, spent: Spent) -> bool {
        spent.fuel <= self.fuel && spent.time <= Duration::from_millis(self.ms)
    }

    /// With what it takes to return: another call, and a fiftieth, since it is told when it next asks for a batch, and a
    /// batch takes as much as there are steps in the budget.
    pub fn with_return(self, limits: &RunLimits) -> Self {
        Self {
            fuel: self.fuel.saturating_add(self.fuel / 50).saturating_add(limits.fuel_per_call),
            ms: self.ms.saturating_add(self.ms / 50).saturating_add(limits.deadline_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OptimizerSpec, Schedule, SgdSpec};

    #[track_caller]
    fn check(split: Split, indices: &[u32], wrong: Option<&str>) {
        let sgd = SgdSpec { learning_rate: 0.1, momentum: 0.0, weight_decay: 0.0 };
        let recipe = Recipe {
            optimizer: OptimizerSpec::Sgd(sgd),
            schedule: Schedule::Constant,
            clip_norm: None,
            epochs: 1,
            batch_size: 1,
            shuffle: false,
            seed: 0,
        };
        let training = Lent { length: 5, example_shape: vec![1], classes: 2 };
        let lesson = Lesson { training, validation: None, recipe, budget: Budget { fuel: 1, ms: 1 } };
        match (lesson.admit(split, indices), wrong) {
            (Ok(()), None) => {}
            (Err(Fault::InvalidArgument(found)), Some(wrong)) => assert!(found.contains(wrong), "{found}"),
            (found, _) => panic!("{found:?}, not {wrong:?}"),
        }
    }

    #[test]
    fn only_examples_that_are_there_can_be_asked_for() {
        check(Split::Training, &[], None);
        check(Split::Training, &[4, 4, 0], None);
        check(Split::Training, &[4, 5], Some("no example 5 of 5"));
        check(Split::Validation, &[0], Some("no example 0 of 0"));
        check(Split::Training, &[0; 4096], None);
        check(Split::Training, &[0; 4097], Some("4096 are the most"));
    }
}
