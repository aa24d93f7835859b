//! From an artifact to something that guests are launched from.

use std::{borrow::Cow, sync::Arc};

use tito_artifact::{Artifact, MODELS, RunLimits};
use wasmtime::{
    Engine,
    component::{Component, InstancePre, Linker},
};

use crate::{
    Called, Fault, Guest, HostError, Launch, LocalGuest, Metering, Outcome, Watch, engine,
    exports::{Exports, not_exported},
    instrument::{self, Counted},
    local::end::by_system,
    state,
    state::{State, escaped},
    wasi,
};

/// An engine with its limits: compiles artifacts.
pub struct Sandbox {
    engine: Engine,
    linker: Linker<State>,
    watch: Watch,
    limits: Arc<RunLimits>,
    counted: Option<Counted>,
}

/// A component, compiled and linked. Cheap to clone.
#[derive(Clone)]
pub struct Compiled {
    instance: InstancePre<State>,
    exports: Arc<Exports>,
    watch: Watch,
    limits: Arc<RunLimits>,
    /// Who keeps the deadline, where the code counts for itself.
    profiling: Option<Watch>,
}

impl Sandbox {
    /// A sandbox of this kind.
    ///
    /// # Errors
    ///
    /// If wasmtime does not support this machine or its clock cannot be started.
    pub fn new(metering: Metering, watch: Watch, limits: &RunLimits) -> Result<Self, HostError> {
        let engine = engine::engine(metering, watch, limits)?;
        let mut linker = Linker::new(&engine);
        state::link(&mut linker)
            .and_then(|()| wasi::link(&mut linker))
            .map_err(|e| HostError::new("cannot link the contract's imports", e))?;
        Ok(Self { engine, linker, watch, limits: Arc::new(limits.clone()), counted: metering.counted() })
    }

    /// Compiles an artifact. One that wasmtime does not compile or link is a [`Fault`]: the submission's doing.
    ///
    /// # Errors
    ///
    /// If the system refuses what the compiler needs.
    pub fn compile(&self, artifact: &Artifact) -> Called<Compiled> {
        let made = self.code(artifact).and_then(|bytes| Component::from_binary(&self.engine, &bytes));
        match made {
            Ok(component) => Ok(self.link(&component)),
            Err(error) => not_compiled(&error),
        }
    }

    /// Compiles an artifact for another process: native code for [`load`](Self::load), of which nothing is mapped or
    /// linked here.
    ///
    /// # Errors
    ///
    /// If the system refuses what the compiler needs.
    pub fn precompile(&self, artifact: &Artifact) -> Called<Vec<u8>> {
        match self.code(artifact).and_then(|bytes| self.engine.precompile_component(&bytes)) {
            Ok(code) => Ok(Outcome::Answer(code)),
            Err(error) => not_compiled(&error),
        }
    }

    /// Loads native code that [`precompile`](Self::precompile) made.
    ///
    /// # Errors
    ///
    /// If it is for another engine, or the system refuses the memory.
    ///
    /// # Safety
    ///
    /// Loading is running: whoever wrote `code` can do in this process what the process can. It must come unchanged
    /// from `precompile`, or the process must be one that may do nothing.
    pub unsafe fn load(&self, code: &[u8]) -> Called<Compiled> {
        // SAFETY: the caller vouches for the code, or for the process.
        let component = unsafe { Component::deserialize(&self.engine, code) };
        component
            .map(|component| self.link(&component))
            .map_err(|error| HostError::new("cannot load what was compiled", format!("{error:#}")))
    }

    /// What is compiled: the component as it is, or one that counts.
    fn code<'a>(&self, artifact: &'a Artifact) -> wasmtime::Result<Cow<'a, [u8]>> {
        match self.counted {
            None => Ok(Cow::Borrowed(artifact.bytes())),
            Some(counted) => Ok(Cow::Owned(instrument::component(artifact.bytes(), counted)?)),
        }
    }

    fn link(&self, component: &Component) -> Outcome<Compiled> {
        match self.linker.instantiate_pre(component) {
            Ok(instance) => {
                let profiling = self.counted.map(|_| self.watch);
                Compiled::new(instance, self.watch, self.limits.clone(), profiling)
            }
            Err(error) => unusable("imports something in another form than the contract's", &error),
        }
    }
}

fn not_compiled<T>(error: &wasmtime::Error) -> Called<T> {
    match by_system(error) {
        Some(refused) => Err(HostError::new("cannot compile: the system refused", refused)),
        None => Ok(unusable("does not compile", error)),
    }
}

fn unusable<T>(what: &str, error: &wasmtime::Error) -> Outcome<T> {
    Outcome::Fault(Fault::Unsupported(format!("the component {what}: {}", escaped(&format!("{error:#}")))))
}

impl Compiled {
    fn new(
        instance: InstancePre<State>,
        watch: Watch,
        limits: Arc<RunLimits>,
        profiling: Option<Watch>,
    ) -> Outcome<Self> {
        match Exports::new(&instance) {
            Ok(exports) => {
                Outcome::Answer(Self { instance, exports: Arc::new(exports), watch, limits, profiling })
            }
            Err(error) => Outcome::Fault(not_exported(MODELS, &error)),
        }
    }

    /// A fresh instance in this process, under the limits of a call from its first instruction on.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails.
    pub fn local(&self) -> Called<LocalGuest> {
        LocalGuest::new(&self.instance, &self.exports, self.watch, self.limits.clone(), self.profiling)
    }
}

impl Launch for Compiled {
    fn launch(&self) -> Called<Box<dyn Guest>> {
        Ok(self.local()?.map(|guest| Box::new(guest) as Box<dyn Guest>))
    }
}
