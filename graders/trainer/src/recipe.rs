//! How a network is trained: the contract's recipe, on the native optimizers.

use tito_kernels::{
    ShapeError,
    adam::{self, Adam},
    schedule,
    sgd::{self, Sgd},
};
use tito_tensor::Tensor;

use crate::TrainError;

/// How a network is trained, with softmax cross-entropy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// What moves the parameters.
    pub optimizer: Optimizer,
    /// How its rate changes from step to step.
    pub schedule: Schedule,
    /// The length that all gradients together are clipped to.
    pub clip_norm: Option<f32>,
    /// Passes over the examples.
    pub epochs: u32,
    /// Examples for a step; the last batch of an epoch may be smaller.
    pub batch_size: usize,
    /// Whether each epoch has an order of its own, drawn from the seed.
    pub shuffle: bool,
    /// Of the orders, and of what dropout keeps.
    pub seed: u64,
}

/// What moves the parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optimizer {
    /// Gradient descent with momentum.
    Sgd(Sgd),
    /// Adam or `AdamW`.
    Adam(Adam),
}

/// How the learning rate changes over all steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// Not at all.
    Constant,
    /// From the optimizer's down to this one along half a cosine.
    Cosine(f32),
}

/// An optimizer at work.
pub(crate) enum Run {
    Sgd(sgd::Native),
    Adam(adam::Native),
}

impl Recipe {
    /// Whether its settings make sense.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        if self.batch_size == 0 {
            return Err(TrainError::Setting("a batch size of 0: give 1 at least".into()));
        }
        // Written so that NaN makes none.
        let makes_sense = self.clip_norm.is_none_or(|norm| norm > 0.0);
        let told = || format!("a clip norm of {:?}: give one above 0, or none", self.clip_norm);
        if makes_sense { Ok(()) } else { Err(TrainError::Setting(told())) }
    }

    /// The rate of a step of so many.
    pub(crate) fn rate(&self, step: u64, steps: u64) -> f32 {
        let first = match self.optimizer {
            Optimizer::Sgd(sgd) => sgd.rate,
            Optimizer::Adam(adam) => adam.rate,
        };
        match self.schedule {
            Schedule::Constant => first,
            Schedule::Cosine(last) => schedule::cosine(first, last, step, steps),
        }
    }

    pub(crate) fn run(&self) -> Run {
        match self.optimizer {
            Optimizer::Sgd(settings) => Run::Sgd(sgd::Native::new(settings)),
            Optimizer::Adam(settings) => Run::Adam(adam::Native::new(settings)),
        }
    }
}

impl Run {
    /// Moves the parameters by one step at this rate.
    pub(crate) fn step(
        &mut self,
        rate: f32,
        parameters: &mut [Tensor],
        gradients: &[Tensor],
    ) -> Result<(), ShapeError> {
        match self {
            Self::Sgd(run) => {
                run.settings.rate = rate;
                run.step(parameters, gradients)
            }
            Self::Adam(run) => {
                run.settings.rate = rate;
                run.step(parameters, gradients)
            }
        }
    }
}
