//! What can be asked of a submission, wherever it runs.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tito_tensor::Tensor;

use crate::{
    Callbacks, Epoch, Fault, HostError, Layer, Lesson, Mode, OptimizerSpec, Outcome, Profile, Ran, Run,
    Sampling,
};

/// The result of every call: `Err` is ours, everything else the submission's doing.
pub type Called<T> = Result<Outcome<T>, HostError>;

/// Defines handles of what a guest has made: places of its lists, which mean nothing to another guest.
macro_rules! handle {
    ($name:ident, $what:literal) => {
        #[doc = concat!($what, " that a guest has built; it means nothing to another guest.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub struct $name(u32);

        impl $name {
            /// The one at this place of a guest's list; only guests make these.
            ///
            /// # Panics
            ///
            /// If there are more than a `u32` counts.
            pub fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("a guest has fewer of them than handles"))
            }

            /// The place in the guest's list.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

handle!(ModelId, "A model");
handle!(OptimizerId, "An optimizer");

/// A loss with its gradient.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss {
    /// The mean over all predictions.
    pub value: f32,
    /// With respect to the predictions, of their shape.
    pub gradient: Tensor,
}

/// What a guest has used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Calls that ended with an answer or a fault.
    pub calls: u64,
    /// Fuel of those calls; 0 on an engine that does not meter. What a trapped call used is not known.
    pub fuel: u64,
    /// Fuel of the last of those calls.
    pub last_fuel: u64,
    /// All linear memories together, now.
    pub memory_bytes: u64,
    /// The most that they ever were.
    pub peak_memory_bytes: u64,
}

/// One instance of a submission. A trap or a limit ends it: every later call gives the same outcome again.
pub trait Guest {
    /// Builds a model of these layers, its parameters initialised from `seed`.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails; so for every method.
    fn build(&mut self, layers: &[Layer], seed: u64) -> Called<ModelId>;

    /// All parameters of `model`, layer by layer in the contract's order.
    fn parameters(&mut self, model: ModelId) -> Called<Vec<Tensor>>;

    /// Replaces all parameters of `model`.
    fn load(&mut self, model: ModelId, parameters: &[Tensor]) -> Called<()>;

    /// The output of `model` for `input`.
    fn forward(&mut self, model: ModelId, input: &Tensor, mode: Mode) -> Called<Tensor>;

    /// The gradient with respect to the input of the last training `forward` of `model`.
    ///
    /// This and everything up to `restore` is for guests that learn; others answer `unsupported`.
    fn backward(&mut self, _model: ModelId, _output_gradient: &Tensor) -> Called<Tensor> {
        does_not_learn()
    }

    /// The gradients of `model`, of the shapes of its parameters.
    fn gradients(&mut self, _model: ModelId) -> Called<Vec<Tensor>> {
        does_not_learn()
    }

    /// Sets the gradients of `model` to zero.
    fn zero_gradients(&mut self, _model: ModelId) -> Called<()> {
        does_not_learn()
    }

    /// Softmax cross-entropy of logits `[.., classes]` against one class for each row.
    fn cross_entropy(&mut self, _logits: &Tensor, _targets: &[u32]) -> Called<Loss> {
        does_not_learn()
    }

    /// The mean of the squared differences.
    fn mean_squared_error(&mut self, _predictions: &Tensor, _targets: &Tensor) -> Called<Loss> {
        does_not_learn()
    }

    /// Builds an optimizer, which remembers its moments.
    fn build_optimizer(&mut self, _spec: OptimizerSpec) -> Called<OptimizerId> {
        does_not_learn()
    }

    /// The parameters after one step of `optimizer`.
    fn step(
        &mut self,
        _optimizer: OptimizerId,
        _parameters: &[Tensor],
        _gradients: &[Tensor],
    ) -> Called<Vec<Tensor>> {
        does_not_learn()
    }

    /// Trains `model`, and gives the history; what it asks meanwhile goes to `callbacks`.
    fn fit(&mut self, _model: ModelId, _lesson: &Lesson, _callbacks: SharedCallbacks) -> Called<Vec<Epoch>> {
        does_not_learn()
    }

    /// `model` in a format of the submission's own.
    fn save(&mut self, _model: ModelId) -> Called<Vec<u8>> {
        does_not_learn()
    }

    /// The model that was saved.
    fn restore(&mut self, _checkpoint: &[u8]) -> Called<ModelId> {
        does_not_learn()
    }

    /// `count` tokens that go on from `prompt`, and those alone. The i-th is the first, in the order of tokens, at which
    /// the cumulative probability exceeds `draws[i]`.
    fn generate(
        &mut self,
        _model: ModelId,
        _prompt: &[u32],
        _count: u32,
        _sampling: Sampling,
        _draws: &[f32],
    ) -> Called<Vec<u32>> {
        Ok(Outcome::Fault(Fault::Unsupported("it does not write".to_owned())))
    }

    /// Drops `model`; the submission's destructor runs under the limits of a call.
    fn drop_model(&mut self, model: ModelId) -> Called<()>;

    /// Where the fuel of all calls so far went, where the engine is [`Profiled`](crate::Metering::Profiled).
    fn profile(&mut self) -> Called<Profile> {
        Ok(Outcome::Fault(Fault::Unsupported("it is not profiled".to_owned())))
    }

    /// What has been used so far.
    fn usage(&self) -> Usage;

    /// The processor time that the last call took, by a clock that the submission cannot reach. It differs from run to
    /// run, so that it is no part of [`Usage`]; of a guest in a process that is watched from outside, whoever watches reads it.
    fn last_time(&self) -> Duration;

    /// The lines that the submission has logged, escaped and cut; none once it has ended.
    fn log(&self) -> &[String];
}

fn does_not_learn<T>() -> Called<T> {
    Ok(Outcome::Fault(Fault::Unsupported("it does not learn".to_owned())))
}

/// Callbacks that whoever trains a submission looks at afterwards.
pub type SharedCallbacks = Arc<Mutex<dyn Callbacks>>;

/// Something that fresh guests can be made of, all alike and independent of each other.
pub trait Launch: Sync {
    /// A fresh guest. It may come into being with the first call to it, which then gives what went wrong.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails.
    fn launch(&self) -> Called<Box<dyn Guest>>;

    /// What becomes of each of these, by a guest of its own. Where guests are far away it is one message.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails.
    fn run_each(&self, runs: &[Run<'_>]) -> Result<Vec<Ran>, HostError> {
        runs.iter().map(|run| run.of(self)).collect()
    }

    /// How many runs are best asked for at once. What comes after them may be asked by another thread meanwhile.
    fn at_once(&self) -> usize {
        1
    }
}
