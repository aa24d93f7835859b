//! What can be asked of a submission, wherever it runs.

use serde::{Deserialize, Serialize};
use tito_tensor::Tensor;

use crate::{Directive, Epoch, HostError, Layer, Mode, Outcome, Ran, Run};

/// The result of every call: `Err` is ours, everything else the submission's doing.
pub type Called<T> = Result<Outcome<T>, HostError>;

/// A model that a guest has built; it means nothing to another guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ModelId(u32);

impl ModelId {
    /// The model at this place of a guest's list; only guests make these.
    ///
    /// # Panics
    ///
    /// If there are more models than a `u32` counts.
    pub fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("a guest has fewer models than handles"))
    }

    /// The place in the guest's list.
    pub fn index(self) -> usize {
        self.0 as usize
    }
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

    /// Drops `model`; the submission's destructor runs under the limits of a call.
    fn drop_model(&mut self, model: ModelId) -> Called<()>;

    /// What has been used so far.
    fn usage(&self) -> Usage;

    /// The lines that the submission has logged, escaped and cut; none once it has ended.
    fn log(&self) -> &[String];
}

/// What a submission may ask of the host while it answers a call.
pub trait Callbacks: Send {
    /// It has trained for an epoch, and asks whether to go on.
    fn report(&mut self, epoch: Epoch) -> Directive;
}

/// Where nothing trains, whoever reports an epoch is told to stop.
#[derive(Clone, Copy, Debug)]
pub struct NothingTrains;

impl Callbacks for NothingTrains {
    fn report(&mut self, _epoch: Epoch) -> Directive {
        Directive::Stop
    }
}

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
