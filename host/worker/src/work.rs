//! What a worker does for a living: compiles and runs WebAssembly. Tests give it another trade.

use tito_artifact::{Artifact, Gated, Limits, RunLimits};
use tito_sandbox::{Called, Fault, HostError, Launch, Metering, Outcome, Sandbox, Watch};

/// What a worker does with what it is given.
pub trait Work {
    /// Compiles a component to what `prepare` takes. Nothing is loaded or run.
    ///
    /// # Errors
    ///
    /// Only if the worker itself fails; so for every method.
    fn compile(&self, component: Vec<u8>, metering: Metering, limits: &Limits) -> Called<Vec<u8>>;

    /// Loads what was compiled.
    fn prepare(&self, code: Vec<u8>, metering: Metering, limits: &RunLimits) -> Called<Box<dyn Launch>>;
}

/// The trade of every worker of tito's.
#[derive(Clone, Copy, Debug)]
pub struct WebAssembly;

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

    fn prepare(&self, code: Vec<u8>, metering: Metering, limits: &RunLimits) -> Called<Box<dyn Launch>> {
        let sandbox = Sandbox::new(metering, Watch::Outside, limits)?;
        // SAFETY: tito sends what a compile worker made and tito itself has kept, under a MAC where it lay on a
        // disk. Were it anything else, this process can do nothing but answer calls.
        let compiled = unsafe { sandbox.load(&code) }?;
        Ok(compiled.map(|compiled| Box::new(compiled) as Box<dyn Launch>))
    }
}

/// Seals the process; what cannot be sealed must not run anything.
pub(crate) fn sealed() -> Result<(), HostError> {
    tito_lockdown::seal().map_err(|error| HostError::new("cannot seal the worker", error))
}
