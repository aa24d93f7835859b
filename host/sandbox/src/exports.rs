//! The contract's interfaces that a component exports: `models`, and whichever of the others it has.

use wasmtime::{
    Store,
    component::{Instance, InstancePre},
};

use crate::{
    Fault,
    contract::{checkpoints, generation, losses, models, optimizers, training},
    state::{State, escaped},
};

/// Where a component exports what.
pub(crate) struct Exports {
    models: models::GuestIndices,
    losses: Optional<losses::GuestIndices>,
    optimizers: Optional<optimizers::GuestIndices>,
    training: Optional<training::GuestIndices>,
    checkpoints: Optional<checkpoints::GuestIndices>,
    generation: Optional<generation::GuestIndices>,
}

/// What an instance exports.
pub(super) struct Interfaces {
    pub(super) models: models::Guest,
    pub(super) losses: Optional<losses::Guest>,
    pub(super) optimizers: Optional<optimizers::Guest>,
    pub(super) training: Optional<training::Guest>,
    pub(super) checkpoints: Optional<checkpoints::Guest>,
    pub(super) generation: Optional<generation::Guest>,
}

/// An interface, or the fault that its absence is answered with.
pub(super) type Optional<T> = Result<T, Fault>;

impl Exports {
    /// Looks the interfaces up.
    ///
    /// # Errors
    ///
    /// If `models` is not there in the contract's form, without which nothing can be asked.
    pub(crate) fn new(instance: &InstancePre<State>) -> wasmtime::Result<Self> {
        Ok(Self {
            models: models::GuestIndices::new(instance)?,
            losses: optional("losses", losses::GuestIndices::new(instance)),
            optimizers: optional("optimizers", optimizers::GuestIndices::new(instance)),
            training: optional("training", training::GuestIndices::new(instance)),
            checkpoints: optional("checkpoints", checkpoints::GuestIndices::new(instance)),
            generation: optional("generation", generation::GuestIndices::new(instance)),
        })
    }

    /// The interfaces of an instance.
    ///
    /// # Errors
    ///
    /// If one that the component has cannot be loaded.
    pub(super) fn load(&self, store: &mut Store<State>, instance: &Instance) -> wasmtime::Result<Interfaces> {
        Ok(Interfaces {
            models: self.models.load(&mut *store, instance)?,
            losses: loaded(&self.losses, |indices| indices.load(&mut *store, instance))?,
            optimizers: loaded(&self.optimizers, |indices| indices.load(&mut *store, instance))?,
            training: loaded(&self.training, |indices| indices.load(&mut *store, instance))?,
            checkpoints: loaded(&self.checkpoints, |indices| indices.load(&mut *store, instance))?,
            generation: loaded(&self.generation, |indices| indices.load(&mut *store, instance))?,
        })
    }
}

fn optional<T>(interface: &str, found: wasmtime::Result<T>) -> Optional<T> {
    found.map_err(|error| not_exported(&format!("tinytorch:framework/{interface}@0.1.0"), &error))
}

fn loaded<I, T>(
    indices: &Optional<I>,
    load: impl FnOnce(&I) -> wasmtime::Result<T>,
) -> wasmtime::Result<Optional<T>> {
    match indices {
        Ok(indices) => load(indices).map(Ok),
        Err(fault) => Ok(Err(fault.clone())),
    }
}

/// The fault of a component without this interface.
pub(crate) fn not_exported(interface: &str, error: &wasmtime::Error) -> Fault {
    let cause = escaped(&format!("{error:#}"));
    Fault::Unsupported(format!("the component does not export {interface} as the contract has it: {cause}"))
}
