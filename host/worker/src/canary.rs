//! A component that is known to be well: where it dies or errs, the machine does.

use std::sync::Arc;

use tito_artifact::{Artifact, Gated, Limits};
use tito_sandbox::{HostError, Launch as _, Layer, Metering, Mode, Outcome};
use tito_tensor::Tensor;

use crate::{Workers, deaths::Deaths, starter::Starter};

/// The skeleton of the tests' guests, which gives every input back.
const CANARY: &[u8] = include_bytes!("canary.wasm");

/// Compiles and asks the canary, in workers of its own.
///
/// # Errors
///
/// If it does not answer as it always does.
pub(crate) fn sing(starter: &Starter) -> Result<(), HostError> {
    let unwell =
        |what: String| HostError::new("this machine cannot run submissions: the canary failed", what);
    let Gated::Admitted(artifact) = Artifact::gate(CANARY.to_vec(), &Limits::default()) else {
        return Err(unwell("the gate refused it".into()));
    };
    let input = Tensor::from_fn([3], |i| i as f32);
    let mut workers = Workers::new(starter.program.clone(), &Limits::default(), None);
    workers = if starter.locked_down { workers.locked_down() } else { workers };
    // A death is no outcome that is asked for again here: no canary is sent to look after this one.
    let deaths = Arc::new(Deaths::of(artifact.digest()));
    let code = workers.code(&artifact, Metering::Metered, &deaths)?;
    let remote = code
        .then(|code| Ok(Outcome::Answer(workers.remote(Metering::Metered, code, Vec::new(), deaths)?)))?;
    let answer = remote.then(|remote| remote.launch())?.then(|mut guest| {
        guest.build(&[Layer::Relu], 0)?.then(|model| guest.forward(model, &input, Mode::Inference))
    })?;
    match answer {
        Outcome::Answer(answer) if answer == input => Ok(()),
        Outcome::Answer(_) => Err(unwell("it answered otherwise than it should".into())),
        other => Err(unwell(other.to_string())),
    }
}
