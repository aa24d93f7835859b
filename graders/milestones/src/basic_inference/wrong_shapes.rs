//! Wrong shapes give the fault `shape-mismatch`, of one who answers right ones: whoever refuses everything has refused
//! nothing.

use tito_judge::{Findings, advice};
use tito_sandbox::{Called, DenseSpec, Fault, Guest, HostError, Layer, Mode, ModelId, Outcome};
use tito_tensor::Tensor;

use crate::{
    Context,
    faults::{self, CameBack},
    milestone::Found,
};

const DENSE: Layer = Layer::Dense(DenseSpec { inputs: 3, outputs: 2, bias: true });

/// Inputs and parameters of wrong shapes.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut findings = Findings::default();
    for shape in [&[5, 4][..], &[5, 2], &[2, 3, 1], &[4]] {
        let asked = format!("dense 3 -> 2 with bias on input {shape:?}");
        let ask = |guest: &mut dyn Guest, model, shape: &[u32]| {
            let input = Tensor::from_fn(shape.to_vec(), |i| i as f32);
            Ok(guest.forward(model, &input, Mode::Inference)?.map(|_| ()))
        };
        let (before, outcome) = question(context, &mut findings, ask, [&[5, 3], shape])?;
        findings.question(asked, before.or_else(|| faults::mismatch(&outcome)));
    }
    const RIGHT: &[&[u32]] = &[&[3, 2], &[2]];
    for shapes in [&[&[3, 2][..]][..], &[&[3, 2], &[3]], &[&[2, 3], &[2]], &[&[3, 2], &[2], &[2]], &[]] {
        let asked = format!("dense 3 -> 2 with bias, loading {shapes:?}");
        let ask = |guest: &mut dyn Guest, model, shapes: &[&[u32]]| {
            let parameters: Vec<_> = shapes.iter().map(|shape| Tensor::zeros(shape.to_vec())).collect();
            guest.load(model, &parameters)
        };
        let (before, outcome) = question(context, &mut findings, ask, [RIGHT, shapes])?;
        // A wrong number of parameters is as well called an invalid argument.
        let is_other_number =
            shapes.len() != RIGHT.len() && matches!(outcome, Outcome::Fault(Fault::InvalidArgument(_)));
        findings.question(asked, before.or_else(|| faults::mismatch(&outcome).filter(|_| !is_other_number)));
    }
    Ok(Found::Cases(findings))
}

/// Asks one guest first for what can be answered, then for what cannot: what is wrong with the former, and what came of
/// the latter.
fn question<T: ?Sized>(
    context: &Context<'_>,
    findings: &mut Findings,
    ask: impl Fn(&mut dyn Guest, ModelId, &T) -> Called<()>,
    [possible, impossible]: [&T; 2],
) -> Result<(CameBack, Outcome<()>), HostError> {
    let mut before = None;
    let (outcome, usage) = context.examiner().with_guest(|guest| {
        guest.build(&[DENSE], 7)?.then(|model| {
            let answered = ask(guest, model, possible)?;
            let words = || format!("already what fits gives {answered}");
            before = (!matches!(answered, Outcome::Answer(()))).then(|| (words(), advice(&answered)));
            ask(guest, model, impossible)
        })
    })?;
    findings.used(usage);
    Ok((before, outcome))
}
