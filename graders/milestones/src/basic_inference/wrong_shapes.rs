//! Wrong shapes give the fault `shape-mismatch`.

use tito_judge::Findings;
use tito_sandbox::{DenseSpec, Fault, HostError, Layer, Mode, Outcome};
use tito_tensor::Tensor;

use crate::{Context, faults, milestone::Found};

const DENSE: Layer = Layer::Dense(DenseSpec { inputs: 3, outputs: 2, bias: true });

/// Inputs and parameters of wrong shapes.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut findings = Findings::default();
    for shape in [&[5, 4][..], &[5, 2], &[2, 3, 1], &[4]] {
        let input = Tensor::from_fn(shape.to_vec(), |i| i as f32);
        let asked = format!("dense 3 -> 2 with bias on input {}", input.shape());
        let (outcome, usage) = context.examiner().with_guest(|guest| {
            guest.build(&[DENSE], 7)?.then(|model| guest.forward(model, &input, Mode::Inference))
        })?;
        let outcome = outcome.map(|_| ());
        findings.used(usage);
        findings.question(asked, faults::mismatch(&outcome));
    }
    for shapes in [&[&[3, 2][..]][..], &[&[3, 2], &[3]], &[&[2, 3], &[2]], &[&[3, 2], &[2], &[2]], &[]] {
        let parameters: Vec<_> = shapes.iter().map(|shape| Tensor::zeros(shape.to_vec())).collect();
        let asked = format!("dense 3 -> 2 with bias, loading {shapes:?}");
        let (outcome, usage) = context
            .examiner()
            .with_guest(|guest| guest.build(&[DENSE], 7)?.then(|model| guest.load(model, &parameters)))?;
        findings.used(usage);
        // A wrong number of parameters is as well called an invalid argument.
        let is_other_number =
            shapes.len() != 2 && matches!(outcome, Outcome::Fault(Fault::InvalidArgument(_)));
        findings.question(asked, faults::mismatch(&outcome).filter(|_| !is_other_number));
    }
    Ok(Found::Cases(findings))
}
