//! A stack's layers one after the other, with the host carrying the tensors.

use std::slice;

use tito_grade::Hint;
use tito_judge::{Examiner, advice, parameter_shapes};
use tito_sandbox::{HostError, Layer, Mode, Outcome};
use tito_tensor::Tensor;

use crate::faults::CameBack;

/// What the layers give, each in a guest of its own, on the answer of the one before it; or the first that is no answer.
///
/// # Errors
///
/// Only if the host itself fails.
fn chained(
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

/// What came back other than what the layers give, each by itself on the answer of the one before it: how many rows of these
/// pairs of inputs and logits are `different` from the chain's, in the words of `told`.
///
/// # Errors
///
/// Only if the host itself fails.
pub(crate) fn others(
    examiner: &Examiner<'_>,
    (layers, parameters): (&[Layer], &[Tensor]),
    held: &[[Tensor; 2]],
    different: fn(&Tensor, &Tensor) -> usize,
    told: impl FnOnce(usize) -> (String, Option<Hint>),
) -> Result<CameBack, HostError> {
    let mut rows = 0;
    for [inputs, logits] in held {
        match chained(examiner, layers, parameters, inputs)? {
            Outcome::Answer(chain) => rows += different(&chain, logits),
            failed => {
                return Ok(Some((format!("the layers one after the other give {failed}"), advice(&failed))));
            }
        }
    }
    Ok((rows > 0).then(|| told(rows)))
}
