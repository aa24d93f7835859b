//! The same model gives the same answer to the same input.

use tito_grade::Hint;
use tito_judge::{Findings, advice, describe};
use tito_sandbox::{DenseSpec, HostError, Layer, Mode, Outcome};
use tito_tensor::Tensor;

use crate::{Context, milestone::Found};

/// Asked in a fresh guest, then in one that has answered it and another input; and the parameters are what they were.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/repeatability");
    let dense = Layer::Dense(DenseSpec { inputs: 6, outputs: 4, bias: true });
    let mut findings = Findings::default();
    for layers in [vec![dense], vec![Layer::Tanh], vec![Layer::Softmax], vec![dense, Layer::Sigmoid]] {
        let parameters: Vec<_> = layers
            .iter()
            .flat_map(tito_judge::parameter_shapes)
            .map(|shape| draw.normals(shape, 1.0))
            .collect();
        let inputs = [(); 2].map(|()| draw.normals([3, 6], 1.0));
        let came_back = ask(context, &layers, &parameters, &inputs, &mut findings)?;
        findings.question(format!("{} asked again", describe(&layers)), came_back);
    }
    Ok(Found::Cases(findings))
}

/// What came back other than it should, if anything did.
fn ask(
    context: &Context<'_>,
    layers: &[Layer],
    parameters: &[Tensor],
    [input, other]: &[Tensor; 2],
    findings: &mut Findings,
) -> Result<Option<(String, Option<Hint>)>, HostError> {
    let mut answers = Vec::new();
    // The other input comes first and last, so that neither the first answer nor the one before can be given again.
    for before in [&[][..], &[other, input, other]] {
        let (outcome, usage) = context.examiner().with_model(layers, parameters, |guest, model| {
            for input in before {
                let _answer = guest.forward(model, input, Mode::Inference)?;
            }
            let answer = guest.forward(model, input, Mode::Inference)?;
            let kept = guest.parameters(model)?;
            Ok(answer.and_then(|answer| kept.map(|kept| (answer, kept))))
        })?;
        findings.used(usage);
        match outcome {
            Outcome::Answer(answer) => answers.push(answer),
            other => return Ok(Some((other.to_string(), advice(&other)))),
        }
    }
    let [(fresh, _), (again, kept)] = answers.as_slice() else {
        unreachable!("one answer for each of two guests")
    };
    Ok(if !fresh.same_bits(again) {
        Some(told("another answer the second time", "state-kept"))
    } else if kept.len() != parameters.len() || !kept.iter().zip(parameters).all(|(a, b)| a.same_bits(b)) {
        Some(told("`forward` changes the parameters", "parameters-changed"))
    } else {
        None
    })
}

fn told(came_back: &str, misconception: &str) -> (String, Option<Hint>) {
    let advice = "An answer depends on the input and the parameters alone, and inference changes neither. Is \
                  something kept from call to call, or accumulated in place?";
    (came_back.to_owned(), Some(Hint { misconception: misconception.into(), advice: advice.into() }))
}
