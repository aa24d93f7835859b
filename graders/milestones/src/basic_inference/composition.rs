//! A stack answers as its layers do one after the other, with the host carrying the tensors.
//!
//! Both sides are the submission's own, so that a wrong layer fails the check of that layer and not this one.

use tito_grade::{CaseEvidence, Hint};
use tito_judge::{Case, Draw, Examiner, Failure, Findings, advice, audited, compare};
use tito_kernels::{Judged, Wide};
use tito_sandbox::{DenseSpec, HostError, Layer, Mode, Outcome};
use tito_tensor::Tensor;

use super::shapes::wide_extent;
use crate::{Context, milestone::Found};

const DEEPEST: usize = 8;

/// Stacks of one to eight layers.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/composition");
    let mut findings = Findings::default();
    for depth in 1..=DEEPEST {
        let case = audited(|| stack(&mut draw, depth));
        ask(&context.examiner(), case, &mut findings)?;
    }
    Ok(Found::Cases(findings))
}

/// A stack on a batch of small images: flatten, then dense layers and activations in turn. Weights are scaled so
/// that signals neither fade nor saturate. It is rehearsed with another input, to which it answers otherwise.
fn stack(draw: &mut Draw, depth: usize) -> Case {
    let shape = [draw.pick(&[2, 3, 5]), draw.pick(&[1, 2]), draw.pick(&[3, 4])];
    let mut width = shape[1] * shape[2];
    let (mut layers, mut parameters) = (vec![Layer::Flatten], Vec::new());
    for place in 1..depth {
        if place % 2 == 0 {
            layers.push(draw.pick(&[Layer::Relu, Layer::Tanh, Layer::Sigmoid]));
            continue;
        }
        let spec = DenseSpec { inputs: width, outputs: wide_extent(draw), bias: draw.below(2) == 0 };
        parameters.push(draw.normals([spec.inputs, spec.outputs], (2.0 / f64::from(width)).sqrt()));
        parameters.extend(spec.bias.then(|| draw.normals([spec.outputs], 0.5)));
        (layers, width) = (layers.into_iter().chain([Layer::Dense(spec)]).collect(), spec.outputs);
    }
    let [input, other] = [(); 2].map(|()| draw.normals(shape, 1.0));
    Case { rehearsals: vec![other], ..Case::of_stack(layers, parameters, input, draw) }
}

fn ask(examiner: &Examiner<'_>, case: Case, findings: &mut Findings) -> Result<(), HostError> {
    let chain = match chain(examiner, &case, &case.input, findings)? {
        Outcome::Answer(chain) => chain,
        failed => {
            let came_back = format!("a layer alone gives {failed}");
            findings.question(case.asked(), Some((came_back, advice(&failed))));
            return Ok(());
        }
    };
    let wanted = case.expected.value.shape();
    if chain.shape() != wanted {
        // Layers that all give their input back would else make a right stack.
        let came_back = format!("the layers one after the other give shape {}, not {wanted}", chain.shape());
        findings.question(case.asked(), Some((came_back, None)));
        return Ok(());
    }
    if let Outcome::Answer(moved) = self::chain(examiner, &case, &case.rehearsals[0], findings)?
        && moved.same_bits(&chain)
    {
        let hint =
            Hint { misconception: "input-ignored".into(), advice: "Does `forward` read its input?".into() };
        let came_back = "the layers give the same answer to another input".to_owned();
        findings.question(case.asked(), Some((came_back, Some(hint))));
        return Ok(());
    }
    let (outcome, usage) = examiner.ask(&case)?;
    findings.used(usage);
    match compare(&as_chain(case, &chain), &outcome) {
        Ok(error) => findings.passed(error),
        Err(failure) => findings.failed(explained(*failure)),
    }
    Ok(())
}

/// Every layer alone, each on the answer of the one before.
fn chain(
    examiner: &Examiner<'_>,
    case: &Case,
    input: &Tensor,
    findings: &mut Findings,
) -> Result<Outcome<Tensor>, HostError> {
    let mut parameters = case.parameters.as_slice();
    let mut carried = Outcome::Answer(input.clone());
    for layer in &case.layers {
        let Outcome::Answer(tensor) = &carried else { break };
        let (own, rest) = parameters.split_at(tito_judge::parameter_shapes(layer).len());
        let (outcome, usage) = examiner
            .with_model(&[*layer], own, |guest, model| guest.forward(model, tensor, Mode::Inference))?;
        findings.used(usage);
        (parameters, carried) = (rest, outcome);
    }
    Ok(carried)
}

/// The case with the chain's answer as the right one, held to the bound of the whole stack.
fn as_chain(case: Case, chain: &Tensor) -> Case {
    let largest = case.expected.gauge.iter().fold(0.0f64, |most, gauge| most.max(*gauge));
    let gauge = vec![largest; chain.data().len()];
    let expected = Judged { value: Wide::from(chain), gauge, terms: case.expected.terms };
    Case { expected, ..case }
}

fn explained(failure: Failure) -> Failure {
    let hint = Hint {
        misconception: "stack-differs".into(),
        advice: "The stack is not its layers in order: is one skipped, run twice, or given another one's \
                 parameters?"
            .into(),
    };
    let hint = failure.evidence.hint.clone().or(Some(hint));
    Failure { evidence: CaseEvidence { hint, ..failure.evidence }, explanations: Vec::new() }
}
