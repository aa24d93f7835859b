//! A guest in our own process.

pub(crate) mod end;

use std::sync::Arc;

use tito_artifact::RunLimits;
use tito_tensor::Tensor;
use wasmtime::{
    Store,
    component::{InstancePre, ResourceAny},
};

use self::end::End;
use crate::{
    Callbacks, Called, Fault, Guest, HostError, Layer, Limit, LimitKind, Mode, ModelId, Outcome, Trap,
    TrapKind, Usage,
    contract::{models, tensors},
    engine::TICK,
    state::{State, escaped},
    wasi,
};

/// The axes of one tensor. No layer has so many axes or tensors: whoever answers with more wants to fill our memory
/// and reports.
pub const MOST_AXES: usize = 16;
/// The tensors of one answer.
pub const MOST_TENSORS: usize = 10_000;

/// A guest in our own process: one store, dropped at the first trap or limit.
pub struct LocalGuest {
    limits: Arc<RunLimits>,
    life: Result<Box<Life>, End>,
    usage: Usage,
}

/// A store and what was found in it.
struct Life {
    store: Store<State>,
    interface: models::Guest,
    models: Vec<Option<ResourceAny>>,
}

impl LocalGuest {
    /// Instantiates a component; its start functions run under the limits of a call.
    pub(crate) fn new(
        instance: &InstancePre<State>,
        models: &models::GuestIndices,
        limits: Arc<RunLimits>,
        callbacks: Box<dyn Callbacks>,
    ) -> Called<Self> {
        let mut store = store(instance, &limits, callbacks);
        refill(&mut store, &limits)?;
        let _runtime = wasi::entered();
        let found = instance.instantiate(&mut store).and_then(|instance| models.load(&mut store, &instance));
        Ok(match found {
            Ok(interface) => {
                let mut usage = Usage::default();
                note_fuel(&mut usage, &store, &limits);
                note_memory(&mut usage, &store);
                let life = Life { store, interface, models: Vec::new() };
                Outcome::Answer(Self { limits, life: Ok(Box::new(life)), usage })
            }
            Err(error) => End::of(&error, &mut store, &limits)?.outcome(),
        })
    }

    /// One call under the limits. A trap or a limit drops the store.
    fn call<T>(
        &mut self,
        ask: impl FnOnce(&mut Life) -> wasmtime::Result<Result<T, tensors::Fault>>,
    ) -> Called<T> {
        let life = match &mut self.life {
            Ok(life) => life,
            Err(end) => return Ok(end.clone().outcome()),
        };
        refill(&mut life.store, &self.limits)?;
        let runtime = wasi::entered();
        let answer = ask(life);
        drop(runtime);
        note_memory(&mut self.usage, &life.store);
        match answer {
            Ok(answer) => {
                if let Some(refused) = life.store.data_mut().ledger.take_system_failure() {
                    return Err(HostError::new("cannot give a guest more memory", refused));
                }
                note_fuel(&mut self.usage, &life.store, &self.limits);
                Ok(answer.map_or_else(|fault| Outcome::Fault(fault.into()), Outcome::Answer))
            }
            Err(error) => {
                let end = End::of(&error, &mut life.store, &self.limits)?;
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

    /// Tensors of an answer, checked before anybody sees them: shapes that fit their data, not too many elements.
    fn checked(&mut self, tensors: Vec<tensors::TensorResult>) -> Outcome<Vec<Tensor>> {
        let axes = tensors.iter().map(|tensor| tensor.shape.len()).max().unwrap_or(0);
        if axes > MOST_AXES || tensors.len() > MOST_TENSORS {
            let message = format!("{} tensors of up to {axes} axes: nothing has so many", tensors.len());
            return self.end(End::Trap(Trap {
                kind: TrapKind::InvalidAnswer,
                message,
                functions: Vec::new(),
            }));
        }
        let elements: u64 = tensors.iter().map(|tensor| tensor.data.len() as u64).sum();
        if elements > self.limits.output_elements {
            let allowed = self.limits.output_elements;
            return self.end(End::Limit(Limit { kind: LimitKind::OutputElements, allowed }));
        }
        match tensors.into_iter().map(|tensor| Tensor::new(tensor.shape, tensor.data)).collect() {
            Ok(tensors) => Outcome::Answer(tensors),
            Err(error) => self.end(End::Trap(Trap {
                kind: TrapKind::InvalidAnswer,
                message: error.to_string(),
                functions: Vec::new(),
            })),
        }
    }
}

impl Guest for LocalGuest {
    fn build(&mut self, layers: &[Layer], seed: u64) -> Called<ModelId> {
        self.call(|life| {
            let built = life.interface.model().call_build(&mut life.store, layers, seed)?;
            Ok(built.map(|handle| {
                life.models.push(Some(handle));
                ModelId::new(life.models.len() - 1)
            }))
        })
    }

    fn parameters(&mut self, model: ModelId) -> Called<Vec<Tensor>> {
        let answer = self.on(model, |life, handle| {
            life.interface.model().call_parameters(&mut life.store, handle).map(Ok)
        })?;
        Ok(answer.and_then(|tensors| self.checked(tensors)))
    }

    fn load(&mut self, model: ModelId, parameters: &[Tensor]) -> Called<()> {
        let parameters: Vec<_> = parameters.iter().map(param).collect();
        self.on(model, |life, handle| life.interface.model().call_load(&mut life.store, handle, &parameters))
    }

    fn forward(&mut self, model: ModelId, input: &Tensor, mode: Mode) -> Called<Tensor> {
        let answer = self.on(model, |life, handle| {
            life.interface.model().call_forward(&mut life.store, handle, param(input), mode)
        })?;
        Ok(answer.and_then(|tensor| {
            self.checked(vec![tensor]).map(|mut tensors| tensors.pop().expect("one went in"))
        }))
    }

    fn drop_model(&mut self, model: ModelId) -> Called<()> {
        self.on(model, |life, handle| {
            life.models[model.index()] = None;
            handle.resource_drop(&mut life.store).map(Ok)
        })
    }

    fn usage(&self) -> Usage {
        self.usage
    }

    fn log(&self) -> &[String] {
        self.life.as_ref().map_or(&[], |life| life.store.data().log())
    }
}

fn store(instance: &InstancePre<State>, limits: &RunLimits, callbacks: Box<dyn Callbacks>) -> Store<State> {
    let mut store = Store::new(instance.engine(), State::new(limits, callbacks));
    store.limiter(|state| &mut state.ledger);
    store.set_hostcall_fuel(limits.output_bytes as usize);
    store.set_max_component_handles(limits.handles as usize);
    store
}

/// Gives a call its fuel and its deadline, and forgets what an earlier one was denied.
fn refill(store: &mut Store<State>, limits: &RunLimits) -> Result<(), HostError> {
    store.data_mut().begin_call();
    let ticks = u128::from(limits.deadline_ms).div_ceil(TICK.as_millis());
    // The first tick may come at once, so that one more keeps the whole deadline.
    store.set_epoch_deadline(ticks as u64 + 1);
    if is_metered(store) {
        store.set_fuel(limits.fuel_per_call).map_err(|e| HostError::new("cannot set fuel", e))?;
    }
    Ok(())
}

fn is_metered(store: &Store<State>) -> bool {
    store.get_fuel().is_ok()
}

/// Fuel is exact after a call that ended well; after a trap part of it is still in a register.
fn note_fuel(usage: &mut Usage, store: &Store<State>, limits: &RunLimits) {
    usage.calls += 1;
    usage.last_fuel = store.get_fuel().map_or(0, |left| limits.fuel_per_call - left);
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
