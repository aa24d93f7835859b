//! The contract's recipe on the native optimizers.

use tito_judge::{adam_settings, sgd_settings};
use tito_kernels::{ShapeError, adam, schedule, sgd};
use tito_sandbox::{OptimizerSpec, Recipe, Schedule};
use tito_tensor::Tensor;

use crate::TrainError;

/// A native optimizer at work, whose moments persist from step to step.
pub enum Run {
    /// Gradient descent with momentum.
    Sgd(sgd::Native),
    /// Adam or `AdamW`.
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

impl Run {
    /// A run that has not begun.
    pub fn new(spec: OptimizerSpec) -> Self {
        match spec {
            OptimizerSpec::Sgd(spec) => Self::Sgd(sgd::Native::new(sgd_settings(spec))),
            OptimizerSpec::Adam(spec) => Self::Adam(adam::Native::new(adam_settings(spec))),
        }
    }

    /// Moves the parameters by one step at this rate.
    ///
    /// # Errors
    ///
    /// If there is not one gradient of the same shape for each parameter; nothing has moved then.
    pub fn step(
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
