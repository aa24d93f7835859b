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
    /// Plain loops.
    pub(crate) textbook: Yardstick,
    /// Good ones.
    pub(crate) reference: Yardstick,
    /// Good ones, whose time is taken.
    pub(crate) timed: Component,
}

/// One of them.
pub(crate) struct Yardstick {
    /// On the engine that counts its fuel.
    pub(crate) metered: Component,
    /// On the one that counts what it waits for memory.
    pub(crate) traced: Component,
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
        let both = |bytes| {
            let [metered, traced] =
                [Metering::Metered, Metering::Traced].map(|metering| one(bytes, metering));
            Ok::<_, HostError>(Yardstick { metered: metered?, traced: traced? })
        };
        Ok(Self {
            textbook: both(TEXTBOOK)?,
            reference: both(REFERENCE)?,
            timed: one(REFERENCE, Metering::Timed)?,
        })
    }
}

fn failed(cause: String) -> HostError {
    HostError::new("cannot compile a yardstick", cause)
}
