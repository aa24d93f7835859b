//! Notes how a guest's calls end, whoever makes them.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde::Serialize;
use tito_sandbox::{
    Called, Epoch, Guest, HostError, Launch, Layer, Lesson, Loss, Mode, ModelId, OptimizerId, OptimizerSpec,
    Outcome, Ran, Run, Sampling, SharedCallbacks, Usage,
};
use tito_tensor::Tensor;

/// Launches what somebody else launches, and notes how its calls end.
pub struct Witness<'a> {
    launch: &'a dyn Launch,
    ends: Ends,
}

/// `limit KIND` or `trap KIND`, once each.
#[derive(Clone, Default)]
struct Ends(Arc<Mutex<BTreeSet<String>>>);

struct Watched {
    guest: Box<dyn Guest>,
    ends: Ends,
}

impl<'a> Witness<'a> {
    /// A witness of these launches, which has seen nothing yet.
    pub fn of(launch: &'a dyn Launch) -> Self {
        Self { launch, ends: Ends::default() }
    }

    /// How calls have ended so far other than with an answer or a fault: `limit KIND` or `trap KIND`.
    ///
    /// # Panics
    ///
    /// If a thread panicked while it noted an end.
    pub fn ends(&self) -> BTreeSet<String> {
        self.ends.0.lock().expect("nobody panics who notes an end").clone()
    }
}

impl Ends {
    fn note<T>(&self, called: Called<T>) -> Called<T> {
        let end = match &called {
            Ok(Outcome::Limit(limit)) => Some(format!("limit {}", name(limit.kind))),
            Ok(Outcome::Trap(trap)) => Some(format!("trap {}", name(trap.kind))),
            _ => None,
        };
        self.0.lock().expect("nobody panics who notes an end").extend(end);
        called
    }
}

/// The name that a kind has in JSON.
fn name(kind: impl Serialize) -> String {
    let value = serde_json::to_value(kind).expect("a kind is written as a string");
    value.as_str().expect("a kind is written as a string").to_owned()
}

impl Launch for Witness<'_> {
    fn launch(&self) -> Called<Box<dyn Guest>> {
        let ends = self.ends.clone();
        Ok(self
            .ends
            .note(self.launch.launch())?
            .map(|guest| Box::new(Watched { guest, ends }) as Box<dyn Guest>))
    }

    fn run_each(&self, runs: &[Run<'_>]) -> Result<Vec<Ran>, HostError> {
        let ran = self.launch.run_each(runs)?;
        ran.into_iter()
            .map(|Ran { outcome, usage }| Ok(Ran { outcome: self.ends.note(Ok(outcome))?, usage }))
            .collect()
    }

    fn at_once(&self) -> usize {
        self.launch.at_once()
    }
}

impl Guest for Watched {
    fn build(&mut self, layers: &[Layer], seed: u64) -> Called<ModelId> {
        self.ends.note(self.guest.build(layers, seed))
    }

    fn parameters(&mut self, model: ModelId) -> Called<Vec<Tensor>> {
        self.ends.note(self.guest.parameters(model))
    }

    fn load(&mut self, model: ModelId, parameters: &[Tensor]) -> Called<()> {
        self.ends.note(self.guest.load(model, parameters))
    }

    fn forward(&mut self, model: ModelId, input: &Tensor, mode: Mode) -> Called<Tensor> {
        self.ends.note(self.guest.forward(model, input, mode))
    }

    fn backward(&mut self, model: ModelId, output_gradient: &Tensor) -> Called<Tensor> {
        self.ends.note(self.guest.backward(model, output_gradient))
    }

    fn gradients(&mut self, model: ModelId) -> Called<Vec<Tensor>> {
        self.ends.note(self.guest.gradients(model))
    }

    fn zero_gradients(&mut self, model: ModelId) -> Called<()> {
        self.ends.note(self.guest.zero_gradients(model))
    }

    fn cross_entropy(&mut self, logits: &Tensor, targets: &[u32]) -> Called<Loss> {
        self.ends.note(self.guest.cross_entropy(logits, targets))
    }

    fn mean_squared_error(&mut self, predictions: &Tensor, targets: &Tensor) -> Called<Loss> {
        self.ends.note(self.guest.mean_squared_error(predictions, targets))
    }

    fn build_optimizer(&mut self, spec: OptimizerSpec) -> Called<OptimizerId> {
        self.ends.note(self.guest.build_optimizer(spec))
    }

    fn step(
        &mut self,
        optimizer: OptimizerId,
        parameters: &[Tensor],
        gradients: &[Tensor],
    ) -> Called<Vec<Tensor>> {
        self.ends.note(self.guest.step(optimizer, parameters, gradients))
    }

    fn fit(&mut self, model: ModelId, lesson: &Lesson, callbacks: SharedCallbacks) -> Called<Vec<Epoch>> {
        self.ends.note(self.guest.fit(model, lesson, callbacks))
    }

    fn generate(
        &mut self,
        model: ModelId,
        prompt: &[u32],
        count: u32,
        sampling: Sampling,
        draws: &[f32],
    ) -> Called<Vec<u32>> {
        self.ends.note(self.guest.generate(model, prompt, count, sampling, draws))
    }

    fn save(&mut self, model: ModelId) -> Called<Vec<u8>> {
        self.ends.note(self.guest.save(model))
    }

    fn restore(&mut self, checkpoint: &[u8]) -> Called<ModelId> {
        self.ends.note(self.guest.restore(checkpoint))
    }

    fn drop_model(&mut self, model: ModelId) -> Called<()> {
        self.ends.note(self.guest.drop_model(model))
    }

    fn usage(&self) -> Usage {
        self.guest.usage()
    }

    fn last_time(&self) -> Duration {
        self.guest.last_time()
    }

    fn log(&self) -> &[String] {
        self.guest.log()
    }
}
