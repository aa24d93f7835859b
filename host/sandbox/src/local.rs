//! A guest in our own process.

pub(crate) mod end;

use std::{sync::Arc, time::Duration};

use tito_artifact::RunLimits;
use tito_tensor::Tensor;
use wasmtime::{
    Store,
    component::{InstancePre, ResourceAny},
};

use self::end::End;
use crate::{
    Budget, Called, Epoch, Fault, Guest, HostError, Layer, Lesson, Limit, LimitKind, Loss, Mode, ModelId,
    OptimizerId, OptimizerSpec, Outcome, Profile, Sampling, SharedCallbacks, Split, Trap, TrapKind, Usage,
    Watch, clock,
    contract::{losses, tensors},
    engine::TICK,
    exports::{Exports, Interfaces, Optional},
    profiler,
    state::{State, escaped, handle},
    wasi,
};

/// The axes of one tensor. No layer has so many axes or tensors: whoever answers with more wants to fill our memory
/// and reports.
pub const MOST_AXES: usize = 16;
/// The tensors of one answer.
pub const MOST_TENSORS: usize = 10_000;
/// The epochs of a history. Nobody trains so long.
pub const MOST_EPOCHS: usize = 10_000;

/// A guest in our own process: one store, dropped at the first trap or limit.
pub struct LocalGuest {
    limits: Arc<RunLimits>,
    life: Result<Box<Life>, End>,
    usage: Usage,
    watch: Watch,
    time: Duration,
}

/// A store and what was found in it.
struct Life {
    store: Store<State>,
    exports: Interfaces,
    models: Vec<Option<ResourceAny>>,
    optimizers: Vec<ResourceAny>,
}

impl LocalGuest {
    /// Instantiates a component; its start functions run under the limits of a call.
    pub(crate) fn new(
        instance: &InstancePre<State>,
        exports: &Exports,
        watch: Watch,
        limits: Arc<RunLimits>,
        profiling: Option<Watch>,
    ) -> Called<Self> {
        let mut store = store(instance, &limits, profiling);
        let budget = Budget::of_a_call(&limits);
        refill(&mut store, budget)?;
        let _runtime = wasi::entered();
        let found = instance.instantiate(&mut store).and_then(|instance| exports.load(&mut store, &instance));
        Ok(match found {
            Ok(exports) => {
                let mut usage = Usage::default();
                note_fuel(&mut usage, &mut store, budget);
                note_memory(&mut usage, &store);
                let life = Life { store, exports, models: Vec::new(), optimizers: Vec::new() };
                let time = Duration::ZERO;
                Outcome::Answer(Self { limits, life: Ok(Box::new(life)), usage, watch, time })
            }
            Err(error) => End::of(&error, &mut store, &limits, budget)?.outcome(),
        })
    }

    /// One call under the limits.
    fn call<T>(
        &mut self,
        ask: impl FnOnce(&mut Life) -> wasmtime::Result<Result<T, tensors::Fault>>,
    ) -> Called<T> {
        self.call_within(Budget::of_a_call(&self.limits), ask)
    }

    /// One call that may take so much. A trap or a limit drops the store.
    fn call_within<T>(
        &mut self,
        budget: Budget,
        ask: impl FnOnce(&mut Life) -> wasmtime::Result<Result<T, tensors::Fault>>,
    ) -> Called<T> {
        let life = match &mut self.life {
            Ok(life) => life,
            Err(end) => return Ok(end.clone().outcome()),
        };
        refill(&mut life.store, budget)?;
        let runtime = wasi::entered();
        let start = clock::now(self.watch);
        let answer = ask(life);
        self.time = clock::now(self.watch).saturating_sub(start);
        drop(runtime);
        note_memory(&mut self.usage, &life.store);
        match answer {
            Ok(answer) => {
                if let Some(refused) = life.store.data_mut().ledger.take_system_failure() {
                    return Err(HostError::new("cannot give a guest more memory", refused));
                }
                note_fuel(&mut self.usage, &mut life.store, budget);
                Ok(answer.map_or_else(|fault| Outcome::Fault(fault.into()), Outcome::Answer))
            }
            Err(error) => {
                let end = End::of(&error, &mut life.store, &self.limits, budget)?;
                Ok(self.end(end))
            }
        }
    }

    fn end<T>(&mut self, end: End) -> Outcome<T> {
        self.life = Err(end.clone());
        end.outcome()
    }

    fn handle(&self, model: ModelId) -> Result<Option<ResourceAny>, HostError> {
        match &self.life {
            Err(_) => Ok(None),
            Ok(life) => match life.models.get(model.index()) {
                Some(Some(handle)) => Ok(Some(*handle)),
                _ => Err(HostError::new("cannot call a model", "this guest has no such model")),
            },
        }
    }

    /// One call on a model; on a guest that has ended, its end again.
    fn on<T>(
        &mut self,
        model: ModelId,
        ask: impl FnOnce(&mut Life, ResourceAny) -> wasmtime::Result<Result<T, tensors::Fault>>,
    ) -> Called<T> {
        let handle = self.handle(model)?;
        self.call(|life| match handle {
            Some(handle) => ask(life, handle),
            None => unreachable!("a guest that has ended answers before it is asked"),
        })
    }

    /// One call on an optimizer; on a guest that has ended, its end again.
    fn optimizer(&self, optimizer: OptimizerId) -> Result<Option<ResourceAny>, HostError> {
        let Ok(life) = &self.life else { return Ok(None) };
        match life.optimizers.get(optimizer.index()) {
            Some(handle) => Ok(Some(*handle)),
            None => Err(HostError::new("cannot call an optimizer", "this guest has no such optimizer")),
        }
    }

    fn single(&mut self, answer: Outcome<tensors::TensorResult>) -> Outcome<Tensor> {
        answer.and_then(|tensor| {
            self.checked(vec![tensor]).map(|mut tensors| tensors.pop().expect("one went in"))
        })
    }

    fn loss(&mut self, answer: Outcome<losses::Loss>) -> Outcome<Loss> {
        answer.and_then(|losses::Loss { value, gradient }| {
            self.single(Outcome::Answer(gradient)).map(|gradient| Loss { value, gradient })
        })
    }

    fn too_many<T>(&mut self) -> Outcome<T> {
        let allowed = self.limits.output_elements;
        self.end(End::Limit(Limit { kind: LimitKind::OutputElements, allowed }))
    }

    fn invalid<T>(&mut self, message: String) -> Outcome<T> {
        self.end(End::Trap(Trap { kind: TrapKind::InvalidAnswer, message, functions: Vec::new() }))
    }

    /// Tensors of an answer, checked before anybody sees them: shapes that fit their data, not too many elements.
    fn checked(&mut self, tensors: Vec<tensors::TensorResult>) -> Outcome<Vec<Tensor>> {
        let axes = tensors.iter().map(|tensor| tensor.shape.len()).max().unwrap_or(0);
        if axes > MOST_AXES || tensors.len() > MOST_TENSORS {
            return self
                .invalid(format!("{} tensors of up to {axes} axes: nothing has so many", tensors.len()));
        }
        let elements: u64 = tensors.iter().map(|tensor| tensor.data.len() as u64).sum();
        if elements > self.limits.output_elements {
            return self.too_many();
        }
        match tensors.into_iter().map(|tensor| Tensor::new(tensor.shape, tensor.data)).collect() {
            Ok(tensors) => Outcome::Answer(tensors),
            Err(error) => self.invalid(error.to_string()),
        }
    }
}

impl Guest for LocalGuest {
    fn build(&mut self, layers: &[Layer], seed: u64) -> Called<ModelId> {
        self.call(|life| {
            let built = life.exports.models.model().call_build(&mut life.store, layers, seed)?;
            Ok(built.map(|handle| life.keep(handle)))
        })
    }

    fn parameters(&mut self, model: ModelId) -> Called<Vec<Tensor>> {
        let answer = self.on(model, |life, handle| {
            life.exports.models.model().call_parameters(&mut life.store, handle).map(Ok)
        })?;
        Ok(answer.and_then(|tensors| self.checked(tensors)))
    }

    fn load(&mut self, model: ModelId, parameters: &[Tensor]) -> Called<()> {
        let parameters: Vec<_> = parameters.iter().map(param).collect();
        self.on(model, |life, handle| {
            life.exports.models.model().call_load(&mut life.store, handle, &parameters)
        })
    }

    fn forward(&mut self, model: ModelId, input: &Tensor, mode: Mode) -> Called<Tensor> {
        let answer = self.on(model, |life, handle| {
            life.exports.models.model().call_forward(&mut life.store, handle, param(input), mode)
        })?;
        Ok(self.single(answer))
    }

    fn backward(&mut self, model: ModelId, output_gradient: &Tensor) -> Called<Tensor> {
        let answer = self.on(model, |life, handle| {
            life.exports.models.model().call_backward(&mut life.store, handle, param(output_gradient))
        })?;
        Ok(self.single(answer))
    }

    fn gradients(&mut self, model: ModelId) -> Called<Vec<Tensor>> {
        let answer = self.on(model, |life, handle| {
            life.exports.models.model().call_gradients(&mut life.store, handle).map(Ok)
        })?;
        Ok(answer.and_then(|tensors| self.checked(tensors)))
    }

    fn zero_gradients(&mut self, model: ModelId) -> Called<()> {
        self.on(model, |life, handle| {
            life.exports.models.model().call_zero_gradients(&mut life.store, handle).map(Ok)
        })
    }

    fn cross_entropy(&mut self, logits: &Tensor, targets: &[u32]) -> Called<Loss> {
        let answer = self.call(|life| match exported(&life.exports.losses) {
            Ok(losses) => losses.call_cross_entropy(&mut life.store, param(logits), targets),
            Err(fault) => Ok(Err(fault)),
        })?;
        Ok(self.loss(answer))
    }

    fn mean_squared_error(&mut self, predictions: &Tensor, targets: &Tensor) -> Called<Loss> {
        let answer = self.call(|life| match exported(&life.exports.losses) {
            Ok(losses) => losses.call_mean_squared_error(&mut life.store, param(predictions), param(targets)),
            Err(fault) => Ok(Err(fault)),
        })?;
        Ok(self.loss(answer))
    }

    fn build_optimizer(&mut self, spec: OptimizerSpec) -> Called<OptimizerId> {
        self.call(|life| {
            let optimizers = match exported(&life.exports.optimizers) {
                Ok(optimizers) => optimizers,
                Err(fault) => return Ok(Err(fault)),
            };
            let built = optimizers.optimizer().call_build(&mut life.store, spec.into())?;
            Ok(built.map(|handle| {
                life.optimizers.push(handle);
                OptimizerId::new(life.optimizers.len() - 1)
            }))
        })
    }

    fn step(
        &mut self,
        optimizer: OptimizerId,
        parameters: &[Tensor],
        gradients: &[Tensor],
    ) -> Called<Vec<Tensor>> {
        let handle = self.optimizer(optimizer)?;
        let [parameters, gradients] =
            [parameters, gradients].map(|tensors| tensors.iter().map(param).collect::<Vec<_>>());
        let answer = self.call(|life| match (exported(&life.exports.optimizers), handle) {
            (Ok(optimizers), Some(handle)) => {
                optimizers.optimizer().call_step(&mut life.store, handle, &parameters, &gradients)
            }
            (Err(fault), _) => Ok(Err(fault)),
            (_, None) => unreachable!("a guest that has ended answers before it is asked"),
        })?;
        Ok(answer.and_then(|tensors| self.checked(tensors)))
    }

    fn fit(&mut self, model: ModelId, lesson: &Lesson, callbacks: SharedCallbacks) -> Called<Vec<Epoch>> {
        let handle = self.handle(model)?;
        let budget = lesson.budget.with_return(&self.limits);
        let answer = self.call_within(budget, |life| {
            let training = match exported(&life.exports.training) {
                Ok(training) => training,
                Err(fault) => return Ok(Err(fault)),
            };
            let handle = handle.expect("a guest that has ended answers before it is asked");
            life.store.data_mut().begin_run(lesson.clone(), callbacks, budget.fuel);
            let validation = lesson.validation.as_ref().map(|_| self::handle(Split::Validation));
            let learnt = self::handle(Split::Training);
            let recipe = lesson.recipe.into();
            let history = training.call_fit(&mut life.store, handle, learnt, validation, recipe);
            life.store.data_mut().end_run();
            history
        })?;
        Ok(answer.and_then(|history| match history.len() {
            0..=MOST_EPOCHS => Outcome::Answer(history),
            many => self.invalid(format!("a history of {many} epochs: nobody trains so long")),
        }))
    }

    fn save(&mut self, model: ModelId) -> Called<Vec<u8>> {
        self.on(model, |life, handle| match exported(&life.exports.checkpoints) {
            Ok(checkpoints) => checkpoints.call_save(&mut life.store, handle),
            Err(fault) => Ok(Err(fault)),
        })
    }

    fn restore(&mut self, checkpoint: &[u8]) -> Called<ModelId> {
        self.call(|life| {
            let checkpoints = match exported(&life.exports.checkpoints) {
                Ok(checkpoints) => checkpoints,
                Err(fault) => return Ok(Err(fault)),
            };
            let restored = checkpoints.call_restore(&mut life.store, checkpoint)?;
            Ok(restored.map(|handle| life.keep(handle)))
        })
    }

    fn generate(
        &mut self,
        model: ModelId,
        prompt: &[u32],
        count: u32,
        sampling: Sampling,
        draws: &[f32],
    ) -> Called<Vec<u32>> {
        let answer = self.on(model, |life, handle| match exported(&life.exports.generation) {
            Ok(generation) => {
                let store = &mut life.store;
                generation.call_generate(store, handle, prompt, count, sampling.into(), draws)
            }
            Err(fault) => Ok(Err(fault)),
        })?;
        Ok(answer.and_then(|tokens| match tokens.len() as u64 <= self.limits.output_elements {
            true => Outcome::Answer(tokens),
            false => self.too_many(),
        }))
    }

    fn drop_model(&mut self, model: ModelId) -> Called<()> {
        self.on(model, |life, handle| {
            life.models[model.index()] = None;
            handle.resource_drop(&mut life.store).map(Ok)
        })
    }

    fn profile(&mut self) -> Called<Profile> {
        Ok(match &mut self.life {
            Err(end) => end.clone().outcome(),
            Ok(life) => match life.store.data_mut().profiler() {
                Some(profiler) => Outcome::Answer(profiler.profile()),
                None => Outcome::Fault(Fault::Unsupported("it is not profiled".to_owned())),
            },
        })
    }

    fn usage(&self) -> Usage {
        self.usage
    }

    fn last_time(&self) -> Duration {
        self.time
    }

    fn log(&self) -> &[String] {
        self.life.as_ref().map_or(&[], |life| life.store.data().log())
    }
}

impl Life {
    fn keep(&mut self, model: ResourceAny) -> ModelId {
        self.models.push(Some(model));
        ModelId::new(self.models.len() - 1)
    }
}

/// The interface, or the fault that the contract has for what is not there.
fn exported<T>(interface: &Optional<T>) -> Result<&T, tensors::Fault> {
    interface.as_ref().map_err(|fault| fault.clone().into())
}

fn store(instance: &InstancePre<State>, limits: &RunLimits, profiling: Option<Watch>) -> Store<State> {
    let engine = instance.engine();
    let mut store = match profiling {
        None => Store::new(engine, State::new(limits)),
        Some(watch) => {
            let mut store = Store::new(engine, State::profiled(limits, engine, watch));
            store.epoch_deadline_callback(profiler::heard);
            store
        }
    };
    store.limiter(|state| &mut state.ledger);
    store.set_hostcall_fuel(limits.output_bytes as usize);
    store.set_max_component_handles(limits.handles as usize);
    store
}

/// Gives a call its fuel and its deadline, and forgets what an earlier one was denied.
fn refill(store: &mut Store<State>, budget: Budget) -> Result<(), HostError> {
    store.data_mut().begin_call();
    if let Some(profiler) = store.data_mut().profiler() {
        profiler.begin_call(budget);
        store.set_epoch_deadline(1);
        return fuel(store, budget.fuel.saturating_mul(profiler::FUEL_FACTOR));
    }
    let ticks = u128::from(budget.ms).div_ceil(TICK.as_millis());
    // The first tick may come at once, so that one more keeps the whole deadline.
    store.set_epoch_deadline(ticks as u64 + 1);
    if is_metered(store) { fuel(store, budget.fuel) } else { Ok(()) }
}

fn fuel(store: &mut Store<State>, fuel: u64) -> Result<(), HostError> {
    store.set_fuel(fuel).map_err(|e| HostError::new("cannot set fuel", e))
}

fn is_metered(store: &Store<State>) -> bool {
    store.get_fuel().is_ok()
}

/// Fuel is exact after a call that ended well; after a trap part of it is still in a register.
fn note_fuel(usage: &mut Usage, store: &mut Store<State>, budget: Budget) {
    usage.calls += 1;
    usage.last_fuel = match store.data_mut().profiler() {
        Some(profiler) => profiler.of_call(),
        None => store.get_fuel().map_or(0, |left| budget.fuel - left),
    };
    usage.fuel += usage.last_fuel;
}

fn note_memory(usage: &mut Usage, store: &Store<State>) {
    (usage.memory_bytes, usage.peak_memory_bytes) = store.data().ledger.memory_bytes();
}

fn param(tensor: &Tensor) -> tensors::TensorParam<'_> {
    tensors::TensorParam { shape: tensor.shape().extents(), data: tensor.data() }
}

impl From<tensors::Fault> for Fault {
    fn from(fault: tensors::Fault) -> Self {
        use tensors::Fault as F;
        match fault {
            F::Unsupported(words) => Self::Unsupported(escaped(&words)),
            F::ShapeMismatch(words) => Self::ShapeMismatch(escaped(&words)),
            F::InvalidArgument(words) => Self::InvalidArgument(escaped(&words)),
            F::Internal(words) => Self::Internal(escaped(&words)),
        }
    }
}

/// What the host answers a submission's question with instead.
impl From<Fault> for tensors::Fault {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unsupported(words) => Self::Unsupported(words),
            Fault::ShapeMismatch(words) => Self::ShapeMismatch(words),
            Fault::InvalidArgument(words) => Self::InvalidArgument(words),
            Fault::Internal(words) => Self::Internal(words),
        }
    }
}
