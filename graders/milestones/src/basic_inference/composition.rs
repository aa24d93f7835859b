//! A stack answers as its layers do one after the other, with the host carrying the tensors.
//!
//! Both sides are the submission's own, so that a wrong layer fails the check of that layer and not this one.

use std::{iter, slice};

use tito_grade::{CaseEvidence, Hint};
use tito_judge::{Case, Draw, Examiner, Failure, Findings, NOT_ASKED, advice, audited, compare};
use tito_kernels::{Judged, Wide};
use tito_sandbox::{DenseSpec, HostError, Layer, Outcome, Ran, Run};
use tito_tensor::Tensor;

use super::shapes::wide_extent;
use crate::{Context, milestone::Found};

const DEEPEST: usize = 8;

/// Stacks of one to eight layers.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/composition");
    let cases: Vec<Case> = (1..=DEEPEST).map(|depth| audited(|| stack(&mut draw, depth))).collect();
    let (examiner, mut findings) = (context.examiner(), Findings::default());
    let chains = chains(&examiner, &cases, |case| &case.input, &mut findings)?;
    let moved = self::chains(&examiner, &cases, |case| &case.rehearsals[0], &mut findings)?;
    let runs: Vec<_> = cases.iter().map(Case::run).collect();
    let stacks = examiner.run_each(&runs)?.into_iter().map(Some).chain(iter::repeat(None));
    for (case, ((chain, moved), stack)) in cases.iter().zip(chains.into_iter().zip(moved).zip(stacks)) {
        judge(case, chain, &moved, stack, &mut findings);
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

/// Holds a stack against its layers one after the other, and those against what they give for another input.
fn judge(
    case: &Case,
    chain: Outcome<Tensor>,
    moved: &Outcome<Tensor>,
    stack: Option<Ran>,
    findings: &mut Findings,
) {
    let chain = match chain {
        Outcome::Answer(chain) => chain,
        failed => {
            let came_back = format!("a layer alone gives {failed}");
            return findings.question(case.asked(), Some((came_back, advice(&failed))));
        }
    };
    let wanted = case.expected.value.shape();
    if chain.shape() != wanted {
        // Layers that all give their input back would else make a right stack.
        let came_back = format!("the layers one after the other give shape {}, not {wanted}", chain.shape());
        return findings.question(case.asked(), Some((came_back, None)));
    }
    if matches!(moved, Outcome::Answer(moved) if moved.same_bits(&chain)) {
        let hint =
            Hint { misconception: "input-ignored".into(), advice: "Does `forward` read its input?".into() };
        let came_back = "the layers give the same answer to another input".to_owned();
        return findings.question(case.asked(), Some((came_back, Some(hint))));
    }
    let Some(Ran { outcome, usage }) = stack else {
        return findings.question(case.asked(), Some((NOT_ASKED.to_owned(), None)));
    };
    findings.used(usage);
    match compare(&as_chain(case, &chain), &outcome) {
        Ok(error) => findings.passed(error),
        Err(failure) => findings.failed(explained(*failure)),
    }
}

/// Every layer of each stack alone, on the answer of the one before; all stacks a layer at a time.
fn chains(
    examiner: &Examiner<'_>,
    cases: &[Case],
    input: fn(&Case) -> &Tensor,
    findings: &mut Findings,
) -> Result<Vec<Outcome<Tensor>>, HostError> {
    let mut carried: Vec<_> = cases.iter().map(|case| Outcome::Answer(input(case).clone())).collect();
    for place in 0..DEEPEST {
        let step = |(at, case)| Some((at, alone(case, place, &carried[at])?));
        let (stacks, runs): (Vec<_>, Vec<_>) = cases.iter().enumerate().filter_map(step).unzip();
        let ran = examiner.run_each(&runs)?;
        ran.iter().for_each(|ran| findings.used(ran.usage));
        // Where the first ones never ended, the others were not asked, and would not have ended either.
        let Some(last) = ran.last().map(|ran| ran.outcome.clone()) else { break };
        let outcomes = ran.into_iter().map(|ran| ran.outcome).chain(iter::repeat(last));
        stacks.into_iter().zip(outcomes).for_each(|(at, outcome)| carried[at] = outcome);
    }
    Ok(carried)
}

/// The layer at a place of a stack by itself, if there is one and the ones before it have answered.
fn alone<'a>(case: &'a Case, place: usize, carried: &'a Outcome<Tensor>) -> Option<Run<'a>> {
    let (before, Outcome::Answer(tensor)) = (case.layers.get(..=place)?, carried) else { return None };
    let (layer, before) = before.split_last()?;
    let count = |layer| tito_judge::parameter_shapes(layer).len();
    let first = before.iter().map(count).sum();
    let parameters = &case.parameters[first..][..count(layer)];
    Some(Run { layers: slice::from_ref(layer), parameters, inputs: vec![tensor] })
}

/// The case with the chain's answer as the right one, held to the bound of the whole stack.
fn as_chain(case: &Case, chain: &Tensor) -> Case {
    let largest = case.expected.gauge.iter().fold(0.0f64, |most, gauge| most.max(*gauge));
    let gauge = vec![largest; chain.data().len()];
    let expected = Judged { value: Wide::from(chain), gauge, terms: case.expected.terms };
    Case { expected, ..case.clone() }
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
