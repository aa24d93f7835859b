//! The contract's recipe on the native optimizers.

use tito_kernels::{
    ShapeError,
    adam::{self, Adam},
    schedule,
    sgd::{self, Sgd},
};
use tito_sandbox::{AdamSpec, OptimizerSpec, Recipe, Schedule, SgdSpec};
use tito_tensor::Tensor;

use crate::TrainError;

/// An optimizer at work.
pub(crate) enum Run {
    Sgd(sgd::Native),
    Adam(adam::Native),
}

/// Whether the settings of a recipe make sense.
pub(crate) fn check(recipe: &Recipe) -> Result<(), TrainError> {
    if recipe.batch_size == 0 {
        return Err(TrainError::Setting("a batch size of 0: give 1 at least".into()));
    }
    // Written so that NaN makes none.
    let makes_sense = recipe.clip_norm.is_none_or(|norm| norm > 0.0);
    let told = || format!("a clip norm of {:?}: give one above 0, or none", recipe.clip_norm);
    if makes_sense { Ok(()) } else { Err(TrainError::Setting(told())) }
}

/// The rate of a step of so many.
pub fn rate(recipe: &Recipe, step: u64, steps: u64) -> f32 {
    let first = recipe.optimizer.learning_rate();
    match recipe.schedule {
        Schedule::Constant => first,
        Schedule::Cosine(last) => schedule::cosine(first, last, step, steps),
    }
}

/// The settings of the native kernels.
pub fn sgd_settings(spec: SgdSpec) -> Sgd {
    Sgd { rate: spec.learning_rate, momentum: spec.momentum, decay: spec.weight_decay }
}

/// The settings of the native kernels.
pub fn adam_settings(spec: AdamSpec) -> Adam {
    let AdamSpec { learning_rate: rate, beta1, beta2, epsilon, weight_decay: decay, decoupled } = spec;
    Adam { rate, beta1, beta2, epsilon, decay, decoupled }
}

impl Run {
    /// A run that has not begun.
    pub(crate) fn new(spec: OptimizerSpec) -> Self {
        match spec {
            OptimizerSpec::Sgd(spec) => Self::Sgd(sgd::Native::new(sgd_settings(spec))),
            OptimizerSpec::Adam(spec) => Self::Adam(adam::Native::new(adam_settings(spec))),
        }
    }

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
