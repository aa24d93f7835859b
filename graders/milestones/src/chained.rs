//! A stack's layers one after the other, with the host carrying the tensors.

use std::slice;

use tito_judge::{Examiner, parameter_shapes};
use tito_sandbox::{HostError, Layer, Mode, Outcome};
use tito_tensor::Tensor;

/// What the layers give, each in a guest of its own, on the answer of the one before it; or the first that is no answer.
///
/// # Errors
///
/// Only if the host itself fails.
pub(crate) fn chained(
    examiner: &Examiner<'_>,
    layers: &[Layer],
    parameters: &[Tensor],
    input: &Tensor,
) -> Result<Outcome<Tensor>, HostError> {
    let (mut carried, mut rest) = (input.clone(), parameters);
    for layer in layers {
        let (own, others) = rest.split_at(parameter_shapes(layer).len());
        rest = others;
        let (outcome, _) = examiner.with_model(slice::from_ref(layer), own, |guest, model| {
            guest.forward(model, &carried, Mode::Inference)
        })?;
        match outcome {
            Outcome::Answer(answer) => carried = answer,
            failed => return Ok(failed),
        }
    }
    Ok(Outcome::Answer(carried))
}
