//! What a worker does for a living: compiles and runs WebAssembly. Tests give it another trade.

use std::sync::Arc;

use tito_artifact::{Artifact, Gated, Limits, RunLimits};
use tito_sandbox::{
    Callbacks, Called, Compiled, Fault, Guest, HostError, Launch, Metering, Outcome, Sandbox, Watch,
};

/// Makes what a guest's callbacks go to.
pub type MakeCallbacks = Arc<dyn Fn() -> Box<dyn Callbacks> + Send + Sync>;

/// What a worker does with what it is given.
pub trait Work {
    /// Compiles a component to what `prepare` takes. Nothing is loaded or run.
    ///
    /// # Errors
    ///
    /// Only if the worker itself fails; so for every method.
    fn compile(&self, component: Vec<u8>, metering: Metering, limits: &Limits) -> Called<Vec<u8>>;

    /// Loads what was compiled.
    fn prepare(
        &self,
        code: Vec<u8>,
        metering: Metering,
        limits: &RunLimits,
        callbacks: MakeCallbacks,
    ) -> Called<Box<dyn Launch>>;
}

/// The trade of every worker of tito's.
#[derive(Clone, Copy, Debug)]
pub struct WebAssembly;

/// A component whose guests report to somebody.
struct Reporting {
    compiled: Compiled,
    callbacks: MakeCallbacks,
}

impl Work for WebAssembly {
    /// The component goes through the gate again: tito has looked at it, but this process is told so by nobody whom
    /// it must believe.
    fn compile(&self, component: Vec<u8>, metering: Metering, limits: &Limits) -> Called<Vec<u8>> {
        match Artifact::gate(component, limits) {
            Gated::Admitted(artifact) => {
                Sandbox::new(metering, Watch::Outside, &limits.run)?.precompile(&artifact)
            }
            Gated::Refused(refusal) => Ok(Outcome::Fault(Fault::Unsupported(refusal.message))),
        }
    }

    fn prepare(
        &self,
        code: Vec<u8>,
        metering: Metering,
        limits: &RunLimits,
        callbacks: MakeCallbacks,
    ) -> Called<Box<dyn Launch>> {
        let sandbox = Sandbox::new(metering, Watch::Outside, limits)?;
        // SAFETY: tito sends what a compile worker made and tito itself has kept, under a MAC where it lay on a
        // disk. Were it anything else, this process can do nothing but answer calls.
        let compiled = unsafe { sandbox.load(&code) }?;
        Ok(compiled.map(|compiled| Box::new(Reporting { compiled, callbacks }) as Box<dyn Launch>))
    }
}

impl Launch for Reporting {
    fn launch(&self) -> Called<Box<dyn Guest>> {
        Ok(self.compiled.local((self.callbacks)())?.map(|guest| Box::new(guest) as Box<dyn Guest>))
    }
}

/// Seals the process; what cannot be sealed must not run anything.
pub(crate) fn sealed() -> Result<(), HostError> {
    tito_lockdown::seal().map_err(|error| HostError::new("cannot seal the worker", error))
}
