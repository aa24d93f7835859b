//! The components that a submission's speed is measured beside: plain loops, and good ones.
//!
//! They go through the same gate, compiler and engines as the submission, so that whatever changes the meaning of fuel or
//! the speed of the machine changes both.

use tito_artifact::{Artifact, Gated, Limits};
use tito_sandbox::{Called, HostError, Launch, Metering, Outcome};

/// What every component has that was made with the SDK: the first example, as it is built.
pub const GIVEN: &[u8] = include_bytes!("../../../examples/prebuilt/hello-layer.wasm");

/// A framework of the plain loops that one writes first.
pub const TEXTBOOK: &[u8] = include_bytes!("../../../examples/prebuilt/textbook.wasm");

/// A fast framework.
pub const REFERENCE: &[u8] = include_bytes!("../../../examples/prebuilt/reference.wasm");

/// Something that launches guests on any thread.
type Component = Box<dyn Launch + Send>;

/// The yardsticks, compiled.
pub struct Yardsticks {
    /// Plain loops, whose fuel is counted.
    pub(crate) textbook: Component,
    /// Good ones, whose fuel is counted.
    pub(crate) reference: Component,
    /// Good ones, whose time is taken.
    pub(crate) timed: Component,
}

impl Yardsticks {
    /// Has somebody compile them.
    ///
    /// # Errors
    ///
    /// If that fails: they are ours.
    pub fn compiled<L: Launch + Send + 'static>(
        compile: impl Fn(&Artifact, Metering) -> Called<L>,
    ) -> Result<Self, HostError> {
        let one = |bytes: &[u8], metering| match Artifact::gate(bytes.to_vec(), &Limits::default()) {
            Gated::Admitted(artifact) => match compile(&artifact, metering)? {
                Outcome::Answer(launch) => Ok(Box::new(launch) as Component),
                other => Err(failed(other.to_string())),
            },
            Gated::Refused(refusal) => Err(failed(refusal.to_string())),
        };
        Ok(Self {
            textbook: one(TEXTBOOK, Metering::Metered)?,
            reference: one(REFERENCE, Metering::Metered)?,
            timed: one(REFERENCE, Metering::Timed)?,
        })
    }
}

fn failed(cause: String) -> HostError {
    HostError::new("cannot compile a yardstick", cause)
}
