//! A stack answers as its layers do one after the other, with the host carrying the tensors.
//!
//! Both sides are the submission's own, so that a wrong layer fails the check of that layer and not this one.

use std::slice;

use tito_grade::{CaseEvidence, Hint};
use tito_judge::{Case, Draw, Examiner, Failure, Findings, NOT_ASKED, advice, audited, compare, describe};
use tito_kernels::{Judged, Wide};
use tito_sandbox::{DenseSpec, HostError, Layer, Outcome, Ran, Run};
use tito_tensor::{Shape, Tensor};

use crate::shapes::wide_extent;
use crate::{Context, milestone::Found};

const DEEPEST: usize = 8;

/// Stacks of one to eight layers.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/composition");
    let cases: Vec<Case> = (1..=DEEPEST).map(|depth| audited(|| stack(&mut draw, depth))).collect();
    let (examiner, mut findings) = (context.examiner(), Findings::default());
    let all: Vec<_> = cases.iter().collect();
    let chains = chains(&examiner, &all, |case| &case.input, &mut findings)?;
    // Only stacks whose layers answer are asked for more.
    let right: Vec<_> = (0..cases.len()).filter(|&at| chains[at].is_ok()).collect();
    let stacks: Vec<_> = right.iter().map(|&at| &cases[at]).collect();
    let moved = self::chains(&examiner, &stacks, |case| &case.rehearsals[0], &mut findings)?;
    let runs: Vec<_> = stacks.iter().map(|case| case.run()).collect();
    let mut judged = vec![Err(not_asked()); runs.len()];
    examiner.run_each(&runs, |at, Ran { outcome, usage }| {
        let Ok(chain) = &chains[right[at]] else { unreachable!("those that answered were asked") };
        findings.used(usage);
        judged[at] = judge(stacks[at], chain, &moved[at], &outcome);
    })?;
    let mut judged = judged.into_iter();
    for (case, chain) in cases.iter().zip(chains) {
        match chain.and_then(|_| judged.next().expect("those that answered were judged")) {
            Ok(error) => findings.passed(error),
            Err(Wrong::Answer(failure)) => findings.failed(*failure),
            Err(Wrong::Question(came_back, hint)) => findings.question(case.asked(), Some((came_back, hint))),
        }
    }
    Ok(Found::Cases(findings))
}

/// What is wrong with a stack: its answer, or what came back instead of one.
#[derive(Clone)]
enum Wrong {
    Answer(Box<Failure>),
    Question(String, Option<Hint>),
}

fn not_asked() -> Wrong {
    Wrong::Question(NOT_ASKED.to_owned(), None)
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
    chain: &Tensor,
    moved: &Result<Tensor, Wrong>,
    stack: &Outcome<Tensor>,
) -> Result<f64, Wrong> {
    if matches!(moved, Ok(moved) if moved.same_bits(chain)) {
        let hint =
            Hint { misconception: "input-ignored".into(), advice: "Does `forward` read its input?".into() };
        let came_back = "the layers give the same answer to another input".to_owned();
        return Err(Wrong::Question(came_back, Some(hint)));
    }
    compare(&as_chain(case, chain), stack).map_err(|failure| Wrong::Answer(Box::new(explained(*failure))))
}

/// Every layer of each stack alone, on the answer of the one before; all stacks a layer at a time. An answer of another
/// shape than the layer's ends its chain: layers that all give their input back would else make a right stack, and
/// nobody keeps what may be large.
fn chains(
    examiner: &Examiner<'_>,
    cases: &[&Case],
    input: fn(&Case) -> &Tensor,
    findings: &mut Findings,
) -> Result<Vec<Result<Tensor, Wrong>>, HostError> {
    let mut carried: Vec<_> = cases.iter().map(|case| Ok(input(case).clone())).collect();
    for place in 0..DEEPEST {
        let steps = cases.iter().copied().zip(&carried).enumerate();
        let steps = steps.filter_map(|(at, (case, carried))| Some((at, alone(case, place, carried)?)));
        let (stacks, runs): (Vec<_>, Vec<_>) = steps.unzip();
        let mut answers = vec![Err(not_asked()); runs.len()];
        examiner.run_each(&runs, |at, Ran { outcome, usage }| {
            findings.used(usage);
            answers[at] = answered(&runs[at], outcome);
        })?;
        stacks.into_iter().zip(answers).for_each(|(at, answer)| carried[at] = answer);
    }
    Ok(carried)
}

/// The answer of a layer, if it has the layer's shape.
fn answered(run: &Run<'_>, outcome: Outcome<Tensor>) -> Result<Tensor, Wrong> {
    let wanted = shape_after(&run.layers[0], run.inputs[0].shape());
    match outcome {
        Outcome::Answer(answer) if *answer.shape() == wanted => Ok(answer),
        Outcome::Answer(answer) => {
            let came_back = format!(
                "the layers one after the other give shape {}, not {wanted}, after {}",
                answer.shape(),
                describe(run.layers)
            );
            Err(Wrong::Question(came_back, None))
        }
        failed => {
            let came_back = format!("a layer alone gives {failed}");
            Err(Wrong::Question(came_back, advice(&failed)))
        }
    }
}

/// The shape of a layer's output, for the layers that stacks here are made of.
fn shape_after(layer: &Layer, input: &Shape) -> Shape {
    let extents = input.extents();
    match layer {
        Layer::Dense(spec) => Shape::new([&extents[..extents.len() - 1], &[spec.outputs]].concat()),
        Layer::Flatten => Shape::from([extents[0], extents[1..].iter().product()]),
        _ => input.clone(),
    }
}

/// The layer at a place of a stack by itself, if there is one and the ones before it have answered.
fn alone<'a>(case: &'a Case, place: usize, carried: &'a Result<Tensor, Wrong>) -> Option<Run<'a>> {
    let (before, Ok(tensor)) = (case.layers.get(..=place)?, carried) else { return None };
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
