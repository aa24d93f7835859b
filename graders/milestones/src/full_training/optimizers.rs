//! Optimizers: one step, and fifty, each from where the oracle was.

use tito_grade::Hint;
use tito_judge::{Draw, Findings, Question as _, Step, Steps, advice, audited, compare};
use tito_sandbox::{AdamSpec, Called, Guest, HostError, OptimizerId, OptimizerSpec, Outcome, SgdSpec};
use tito_tensor::Tensor;

use crate::{Context, milestone::Found};

/// How many steps are made.
const COUNTS: [usize; 2] = [1, 50];

/// How large the gradients of a step are, in turn.
const SIZES: [f64; 4] = [1.0, 0.1, 0.03, 3.0];

/// With momentum, decay, both and neither.
pub(super) fn sgd(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/sgd");
    let mut all = Vec::new();
    for (momentum, weight_decay) in [(0.0, 0.0), (0.9, 0.0), (0.0, 0.1), (0.8, 0.05)] {
        let learning_rate = draw.pick(&[0.1, 0.03, 0.3]);
        let spec = OptimizerSpec::Sgd(SgdSpec { learning_rate, momentum, weight_decay });
        all.extend(COUNTS.map(|count| audited(|| steps(&mut draw, spec, count))));
    }
    Ok(Found::Cases(context.examiner().ask_each(&all, Steps::ask)?))
}

/// With a rate and an epsilon that show what small ones hide, and with the usual ones; with decay, too.
pub(super) fn adam(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/adam");
    let specs = [showing(0.0, false), usual(0.0, false), showing(0.1, false), other(&mut draw, false)];
    let all =
        specs.into_iter().flat_map(|spec| COUNTS.map(|count| audited(|| steps(&mut draw, spec, count))));
    let all: Vec<_> = all.collect();
    Ok(Found::Cases(context.examiner().ask_each(&all, Steps::ask)?))
}

/// The same with decoupled decay, which may be taken before or after the step: the contract does not say.
pub(super) fn adamw(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/adamw");
    let specs = [showing(0.1, true), usual(0.01, true), other(&mut draw, true)];
    let all =
        specs.into_iter().flat_map(|spec| COUNTS.map(|count| audited(|| steps(&mut draw, spec, count))));
    let all: Vec<_> = all.collect();
    let judge = |steps: &Steps, outcome: &_| {
        compare(steps, outcome)
            .or_else(|failure| compare(&steps.clone().decayed_last(), outcome).map_err(|_| failure))
    };
    Ok(Found::Cases(context.examiner().ask_each_by(&all, Steps::ask, judge)?))
}

fn showing(weight_decay: f32, decoupled: bool) -> OptimizerSpec {
    let (learning_rate, beta1, beta2, epsilon) = (0.1, 0.9, 0.999, 1e-2);
    OptimizerSpec::Adam(AdamSpec { learning_rate, beta1, beta2, epsilon, weight_decay, decoupled })
}

fn usual(weight_decay: f32, decoupled: bool) -> OptimizerSpec {
    let (learning_rate, beta1, beta2, epsilon) = (1e-3, 0.9, 0.999, 1e-8);
    OptimizerSpec::Adam(AdamSpec { learning_rate, beta1, beta2, epsilon, weight_decay, decoupled })
}

fn other(draw: &mut Draw, decoupled: bool) -> OptimizerSpec {
    let learning_rate = draw.pick(&[0.02, 0.05]);
    let (beta1, beta2) = (draw.pick(&[0.5, 0.8]), draw.pick(&[0.95, 0.99]));
    let (epsilon, weight_decay) = (draw.pick(&[1e-3, 3e-2]), draw.pick(&[0.05, 0.2]));
    OptimizerSpec::Adam(AdamSpec { learning_rate, beta1, beta2, epsilon, weight_decay, decoupled })
}

/// Parameters of several ranks and sizes, one of them a single number.
fn steps(draw: &mut Draw, spec: OptimizerSpec, count: usize) -> Steps {
    let shapes: [&[u32]; 3] = [&[3, 4], &[5], &[2, 1, 3, 2]];
    let parameters = shapes.map(|shape| draw.normals(shape.to_vec(), 0.5)).into();
    let gradients = (0..count).map(|step| {
        let size = SIZES[step % SIZES.len()];
        shapes.map(|shape| draw.normals(shape.to_vec(), size)).into()
    });
    let gradients = gradients.collect();
    Steps::new(spec, parameters, gradients)
}

/// Two optimizers in turn give what each gives alone, bit for bit. Both sides are the submission's own, so that a wrong
/// formula fails the check of that formula and not this one.
pub(super) fn independent(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/optimizers-independent");
    let mut findings = Findings::default();
    let momentum = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.1, momentum: 0.9, weight_decay: 0.0 });
    for spec in [momentum, showing(0.0, false)] {
        let [one, other] = [(); 2].map(|()| steps(&mut draw, spec, 6));
        let asked = format!("{}, and another one in turn", one.asked());
        let [alone, beside] = [false, true].map(|beside| {
            context.examiner().with_guest(|guest| in_turn(guest, &one, beside.then_some(&other)))
        });
        let ((alone, used_alone), (beside, used_beside)) = (alone?, beside?);
        findings.used(used_alone);
        findings.used(used_beside);
        let same = alone.and_then(|alone| {
            beside.map(|beside| {
                alone.len() == beside.len() && alone.iter().zip(&beside).all(|(a, b)| a.same_bits(b))
            })
        });
        findings.question(
            asked,
            match same {
                Outcome::Answer(true) => None,
                Outcome::Answer(false) => Some(("other parameters than alone".to_owned(), Some(shared()))),
                failed => Some((failed.to_string(), advice(&failed))),
            },
        );
        // Whoever keeps nothing shares nothing.
        findings.joined(kept(context, &one)?);
    }
    Ok(Found::Cases(findings))
}

fn shared() -> Hint {
    Hint {
        misconception: "shared-moments".into(),
        advice: "Moments are kept where all optimizers see them, for example in a static. Each optimizer owns its own.".into(),
    }
}

/// What the first optimizer answers, the other one stepping after each of its steps.
fn in_turn(guest: &mut dyn Guest, steps: &Steps, other: Option<&Steps>) -> Called<Vec<Tensor>> {
    guest.build_optimizer(steps.spec)?.then(|first| match other {
        None => alternating(guest, first, steps, None),
        Some(other) => guest
            .build_optimizer(other.spec)?
            .then(|second| alternating(guest, first, steps, Some((second, &other.steps)))),
    })
}

fn alternating(
    guest: &mut dyn Guest,
    optimizer: OptimizerId,
    steps: &Steps,
    other: Option<(OptimizerId, &Vec<Step>)>,
) -> Called<Vec<Tensor>> {
    let mut answers = Vec::new();
    for (at, Step { parameters, gradients }) in steps.steps.iter().enumerate() {
        match guest.step(optimizer, parameters, gradients)? {
            Outcome::Answer(stepped) => answers.extend(stepped),
            failed => return Ok(failed),
        }
        if let Some((other, steps)) = other {
            let _answer = guest.step(other, &steps[at].parameters, &steps[at].gradients)?;
        }
    }
    Ok(Outcome::Answer(answers))
}

/// Whether an optimizer that has made a step makes another one than a fresh one does.
fn kept(context: &Context<'_>, steps: &Steps) -> Result<Findings, HostError> {
    let mut findings = Findings::default();
    let Some(Step { parameters, gradients }) = steps.steps.last() else { return Ok(findings) };
    let (outcome, usage) = context.examiner().with_guest(|guest| {
        guest.build_optimizer(steps.spec)?.then(|used| {
            let first = &steps.steps[0];
            guest.step(used, &first.parameters, &first.gradients)?.then(|_| {
                guest.build_optimizer(steps.spec)?.then(|fresh| {
                    let again = guest.step(used, parameters, gradients)?;
                    let fresh = guest.step(fresh, parameters, gradients)?;
                    Ok(again.and_then(|again| fresh.map(|fresh| again != fresh)))
                })
            })
        })
    })?;
    findings.used(usage);
    let forgotten = Hint {
        misconception: "moments-forgotten".into(),
        advice: "Moments persist between steps: the optimizer keeps them.".into(),
    };
    findings.question(
        format!("{} again", steps.asked()),
        match outcome {
            Outcome::Answer(true) => None,
            Outcome::Answer(false) => Some(("what a fresh optimizer gives".to_owned(), Some(forgotten))),
            failed => Some((failed.to_string(), advice(&failed))),
        },
    );
    Ok(findings)
}
