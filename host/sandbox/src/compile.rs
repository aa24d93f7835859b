//! From an artifact to something that guests are launched from.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use sha2::{Digest as _, Sha256};
use tito_artifact::{Artifact, MODELS, RunLimits};
use wasmtime::{
    Engine,
    component::{Component, InstancePre, Linker},
};

use crate::{
    Cache, Called, Fault, Guest, HostError, Launch, LocalGuest, Metering, Outcome, WASMTIME_VERSION, Watch,
    contract::models,
    engine,
    local::end::by_system,
    state,
    state::{State, escaped},
    wasi,
};

/// An engine with its limits and its cache: compiles artifacts.
pub struct Sandbox {
    engine: Engine,
    linker: Linker<State>,
    limits: Arc<RunLimits>,
    cache: Option<Cache>,
}

/// A component, compiled and linked. Cheap to clone.
#[derive(Clone)]
pub struct Compiled {
    instance: InstancePre<State>,
    models: Result<Arc<models::GuestIndices>, String>,
    limits: Arc<RunLimits>,
}

impl Sandbox {
    /// A sandbox of this kind, which keeps what it compiles in `cache` if there is one.
    ///
    /// # Errors
    ///
    /// If wasmtime does not support this machine or its clock cannot be started.
    pub fn new(
        metering: Metering,
        watch: Watch,
        limits: &RunLimits,
        cache: Option<Cache>,
    ) -> Result<Self, HostError> {
        let engine = engine::engine(metering, watch, limits)?;
        let mut linker = Linker::new(&engine);
        state::link(&mut linker)
            .and_then(|()| wasi::link(&mut linker))
            .map_err(|e| HostError::new("cannot link the contract's imports", e))?;
        Ok(Self { engine, linker, limits: Arc::new(limits.clone()), cache })
    }

    /// Compiles an artifact, or loads it if it was compiled before.
    ///
    /// An artifact that wasmtime does not compile or link is a [`Fault`]: the submission's doing.
    ///
    /// # Errors
    ///
    /// If what was compiled cannot be written to the cache.
    pub fn compile(&self, artifact: &Artifact) -> Called<Compiled> {
        let component = match self.load(artifact) {
            Some(component) => component,
            None => match Component::from_binary(&self.engine, artifact.bytes()) {
                Ok(component) => self.keep(artifact, component)?,
                Err(error) => match by_system(&error) {
                    Some(refused) => {
                        return Err(HostError::new("cannot compile: the system refused", refused));
                    }
                    None => return Ok(unusable("does not compile", &error)),
                },
            },
        };
        Ok(match self.linker.instantiate_pre(&component) {
            Ok(instance) => Outcome::Answer(Compiled::new(instance, self.limits.clone())),
            Err(error) => unusable("imports something in another form than the contract's", &error),
        })
    }

    fn load(&self, artifact: &Artifact) -> Option<Component> {
        let code = self.cache.as_ref()?.get(&self.entry(artifact))?;
        // SAFETY: the cache gives back only what `keep` put there: its MAC is made with a key that lies in a
        // folder which nobody but its owner can enter, and its name holds wasmtime's release and settings.
        unsafe { Component::deserialize(&self.engine, code) }.ok()
    }

    fn keep(&self, artifact: &Artifact, component: Component) -> Result<Component, HostError> {
        let Some(cache) = &self.cache else { return Ok(component) };
        let doing = "cannot write to the compile cache";
        let code = component.serialize().map_err(|e| HostError::new(doing, e))?;
        cache.put(&self.entry(artifact), &code).map_err(|e| HostError::new(doing, e))?;
        Ok(component)
    }

    /// The name of an artifact's entry in the cache.
    fn entry(&self, artifact: &Artifact) -> String {
        let mut settings = DefaultHasher::new();
        self.engine.precompile_compatibility_hash().hash(&mut settings);
        let mut name = Sha256::new();
        name.update(artifact.digest().as_bytes());
        name.update(settings.finish().to_le_bytes());
        name.update(WASMTIME_VERSION);
        hex::encode(name.finalize())
    }
}

fn unusable(what: &str, error: &wasmtime::Error) -> Outcome<Compiled> {
    Outcome::Fault(Fault::Unsupported(format!("the component {what}: {}", escaped(&format!("{error:#}")))))
}

impl Compiled {
    fn new(instance: InstancePre<State>, limits: Arc<RunLimits>) -> Self {
        let models = models::GuestIndices::new(&instance).map(Arc::new).map_err(|error| {
            let cause = escaped(&format!("{error:#}"));
            format!("the component does not export {MODELS} as the contract has it: {cause}")
        });
        Self { instance, models, limits }
    }

    /// A fresh instance in this process, under the limits of a call from its first instruction on.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails.
    pub fn local(&self) -> Called<LocalGuest> {
        match &self.models {
            Ok(models) => LocalGuest::new(&self.instance, models, self.limits.clone()),
            Err(missing) => Ok(Outcome::Fault(Fault::Unsupported(missing.clone()))),
        }
    }
}

impl Launch for Compiled {
    fn launch(&self) -> Called<Box<dyn Guest>> {
        Ok(self.local()?.map(|guest| Box::new(guest) as Box<dyn Guest>))
    }
}
