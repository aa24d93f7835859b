//! What `load` is given, `parameters` gives back.

use tito_grade::Hint;
use tito_judge::{Findings, advice, describe};
use tito_sandbox::{DenseSpec, HostError, Layer, Outcome};
use tito_tensor::Tensor;

use super::shapes::wide_extent;
use crate::{Context, milestone::Found};

/// One to three dense layers.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/load-exact");
    let mut findings = Findings::default();
    for depth in 1..=3 {
        let mut inputs = wide_extent(&mut draw);
        let (mut layers, mut parameters) = (Vec::new(), Vec::new());
        for _ in 0..depth {
            let outputs = wide_extent(&mut draw);
            layers.push(Layer::Dense(DenseSpec { inputs, outputs, bias: true }));
            parameters.extend([draw.awkward([inputs, outputs], 1e6), draw.awkward([outputs], 1e6)]);
            inputs = outputs;
        }
        ask(context, &layers, &parameters, &mut findings)?;
    }
    Ok(Found::Cases(findings))
}

fn ask(
    context: &Context<'_>,
    layers: &[Layer],
    parameters: &[Tensor],
    findings: &mut Findings,
) -> Result<(), HostError> {
    let mut before = Vec::new();
    let (outcome, usage) = context.examiner().with_guest(|guest| {
        guest.build(layers, 7)?.then(|model| {
            before = guest.parameters(model)?.answer().unwrap_or_default();
            guest.load(model, parameters)?.then(|()| guest.parameters(model))
        })
    })?;
    findings.used(usage);
    let came_back = match outcome {
        Outcome::Answer(after) if same(&after, parameters) => None,
        Outcome::Answer(after) => Some(("other numbers".to_owned(), hint(&before, &after, parameters))),
        other => Some((other.to_string(), advice(&other))),
    };
    findings.question(format!("load, then parameters, of {}", describe(layers)), came_back);
    Ok(())
}

/// Equal bit for bit, so that a minus zero survives, too.
fn same(left: &[Tensor], right: &[Tensor]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.same_bits(right))
}

fn hint(before: &[Tensor], after: &[Tensor], loaded: &[Tensor]) -> Option<Hint> {
    let numbers =
        |tensors: &[Tensor]| tensors.iter().flat_map(|tensor| tensor.data().to_vec()).collect::<Vec<_>>();
    let sum = numbers(before).iter().zip(numbers(loaded)).map(|(a, b)| a + b).collect::<Vec<_>>();
    let (misconception, advice) = if same(before, after) {
        ("load-ignored", "The parameters are those from before `load`. It replaces all of them.")
    } else if numbers(after) == sum {
        ("load-added", "What was loaded was added to what was there. `load` replaces it.")
    } else {
        return None;
    };
    Some(Hint { misconception: misconception.into(), advice: advice.into() })
}
