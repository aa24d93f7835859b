//! Runs that are held against each other: stopped, repeated, with other validation data, gone on with.

use tito_grade::Hint;
use tito_judge::{Findings, advice, describe};
use tito_sandbox::{Budget, Called, Guest, HostError, Layer, Mode, ModelId, Outcome, Split};
use tito_tensor::Tensor;

use super::{every_example::unfinished, hint};
use crate::{
    Context,
    classroom::{Task, Trained, fit, learn},
    faults::CameBack,
    milestone::Found,
    parameters::same,
    toy,
};

/// Returns when it is told to stop, with what it has learnt.
pub(super) fn stop(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/stop");
    let mut findings = Findings::default();
    for stop in [1, 2] {
        let mut task = toy::task(&mut draw, 26, 9, 8);
        task.recipe.epochs = 5;
        let trained = learn(context, &task, Some(stop))?;
        findings.used(trained.usage);
        let (after, reports) = (trained.record.after_stop(), trained.record.reports.len());
        let kept = trained.outcome.clone().answer().map(|history| history.len());
        let came_back = if after > 0 {
            Some((format!("{after} more calls to the host after it"), hint("stop-ignored")))
        } else if let Some(problem) = unfinished(&trained) {
            Some(problem)
        } else if reports != stop {
            Some((format!("{reports} reports"), None))
        } else if kept != Some(stop) {
            Some((format!("a history of {} epochs", kept.unwrap_or_default()), None))
        } else {
            None
        };
        findings.question(format!("`stop` after epoch {stop} of 5"), came_back);
    }
    Ok(Found::Cases(findings))
}

/// The same seed gives the same parameters, bit for bit, also in a guest that has trained before.
pub(super) fn same_seed(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/same-seed");
    let mut findings = Findings::default();
    let task = toy::task(&mut draw, 41, 9, 8);
    let (outcome, usage) = context.examiner().with_guest(|guest| {
        trained(guest, context, &task)?
            .then(|first| Ok(trained(guest, context, &task)?.map(|again| [first, again])))
    })?;
    findings.used(usage);
    let came_back = match &outcome {
        Outcome::Answer([first, again]) if same(first, again) => None,
        Outcome::Answer(_) => Some(("other parameters".to_owned(), hint("seed-not-obeyed"))),
        other => Some((other.to_string(), advice(other))),
    };
    findings.question("a run, made again by another model of the same guest", came_back);
    let Outcome::Answer([first, _]) = outcome else { return Ok(Found::Cases(findings)) };
    let is_still = same(&first, &task.parameters);
    let came_back = is_still.then(|| ("the parameters of before".to_owned(), hint("nothing-learnt")));
    findings.question("parameters that training moves", came_back);
    let mut other = task.clone();
    other.recipe.seed ^= 1 << draw.below(60);
    let other = learn(context, &other, None)?;
    findings.used(other.usage);
    let is_deaf = other.parameters.is_some_and(|other| same(&first, &other));
    let came_back = is_deaf.then(|| ("the same parameters".to_owned(), hint("recipe-seed-ignored")));
    findings.question("another seed of the recipe, which shuffles otherwise", came_back);
    Ok(Found::Cases(findings))
}

/// The parameters of a new model of this guest after a run.
fn trained(guest: &mut dyn Guest, context: &Context<'_>, task: &Task) -> Called<Vec<Tensor>> {
    guest.build(&task.layers, task.recipe.seed)?.then(|model| {
        guest.load(model, &task.parameters)?.then(|()| {
            let history = fit(guest, model, task, Budget::of_a_call(&context.limits))?;
            history.then(|_| guest.parameters(model))
        })
    })
}

/// What is learnt does not depend on the validation examples, nor on whether there are any.
pub(super) fn validation(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/validation");
    let mut findings = Findings::default();
    let task = toy::task(&mut draw, 34, 13, 8);
    let with = learn(context, &task, None)?;
    let came_back = (!with.record.has_asked_for(Split::Validation))
        .then(|| ("no validation examples were asked for".to_owned(), None));
    findings.question("a look at the validation examples", came_back);
    let others = toy::clouds(&mut draw, &[17]).pop();
    for (what, validation) in [("other validation examples", others), ("no validation examples", None)] {
        let changed = learn(context, &Task { validation, ..task.clone() }, None)?;
        compare(&mut findings, what, &with, &changed, "validation-learnt");
    }
    Ok(Found::Cases(findings))
}

/// Save, restore in a fresh guest and go on equals going on.
pub(super) fn checkpoints(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/checkpoints");
    let mut findings = Findings::default();
    let dropping = toy::with_dropout(toy::task(&mut draw, 26, 9, 8));
    for task in [toy::task(&mut draw, 26, 9, 8), dropping, toy::images(&mut draw, 19)] {
        let asked = format!("save, restore and go on, of {}", describe(&task.layers));
        let came_back = restored(context, &task, &mut findings)?;
        findings.question(asked, came_back);
    }
    Ok(Found::Cases(findings))
}

/// What is wrong with a model that was saved and restored between two runs of the same task.
fn restored(context: &Context<'_>, task: &Task, findings: &mut Findings) -> Result<CameBack, HostError> {
    let budget = Budget::of_a_call(&context.limits);
    let mut saved = Vec::new();
    let (gone_on, usage) =
        context.examiner().with_model(&task.layers, &task.parameters, |guest, model| {
            fit(guest, model, task, budget)?.then(|_| {
                guest.save(model)?.then(|checkpoint| {
                    saved = checkpoint;
                    go_on(guest, model, task, budget)
                })
            })
        })?;
    findings.used(usage);
    let gone_on = match gone_on {
        Outcome::Answer(gone_on) => gone_on,
        other => return Ok(Some((other.to_string(), advice(&other)))),
    };
    let (restored, usage) = context
        .examiner()
        .with_guest(|guest| guest.restore(&saved)?.then(|model| go_on(guest, model, task, budget)))?;
    findings.used(usage);
    Ok(match restored {
        Outcome::Answer(restored) if same(&restored, &gone_on) => None,
        Outcome::Answer(restored) => Some(unlike(&task.layers, &restored, &gone_on)),
        other => Some((other.to_string(), advice(&other))),
    })
}

/// One more run: the parameters that it leaves, and an output of the model.
fn go_on(guest: &mut dyn Guest, model: ModelId, task: &Task, budget: Budget) -> Called<Vec<Tensor>> {
    let (examples, _) = task.training.batch(&[0, 1, 2]);
    fit(guest, model, task, budget)?.then(|_| {
        guest.parameters(model)?.then(|parameters| {
            let output = guest.forward(model, &examples, Mode::Inference)?;
            Ok(output.map(|output| [parameters, vec![output]].concat()))
        })
    })
}

/// Other parameters, or other outputs of the same: then it is a state that was not saved, as it is where dropout drops
/// other elements.
fn unlike(layers: &[Layer], restored: &[Tensor], gone_on: &[Tensor]) -> (String, Option<Hint>) {
    let [own, others] = [restored, gone_on].map(|all| &all[..all.len() - 1]);
    let drops = layers.iter().any(|layer| matches!(layer, Layer::Dropout(_)));
    if same(own, others) {
        ("other outputs of the same parameters".to_owned(), hint("state-not-saved"))
    } else {
        ("other parameters".to_owned(), drops.then(|| hint("state-not-saved")).flatten())
    }
}

/// Memory after many epochs is that after few.
pub(super) fn memory(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/memory");
    let mut findings = Findings::default();
    let mut held = [0; 2];
    for (held, epochs) in held.iter_mut().zip([5, 50]) {
        let mut task = toy::wide(&mut draw, 16);
        task.recipe.epochs = epochs;
        let trained = learn(context, &task, None)?;
        findings.used(trained.usage);
        *held = trained.usage.memory_bytes;
        findings.question(format!("a run of {epochs} epochs"), unfinished(&trained));
    }
    let growth = held[1].saturating_sub(held[0]);
    findings.measured("growth_bytes", growth as f64);
    let leak = growth > ALLOWED_GROWTH;
    let came_back =
        leak.then(|| (format!("{growth} bytes more after 50 epochs than after 5"), hint("memory-leaked")));
    findings.question("no more memory after 50 epochs than after 5", came_back);
    Ok(Found::Cases(findings))
}

/// What an allocator may take for its own order. A batch of these runs is 16 KiB, and there are 180 in the difference.
const ALLOWED_GROWTH: u64 = 256 << 10;

fn compare(findings: &mut Findings, asked: &str, one: &Trained, other: &Trained, named: &str) {
    findings.used(one.usage);
    findings.used(other.usage);
    let problem = unfinished(one).or_else(|| unfinished(other));
    let came_back = problem.or_else(|| match (&one.parameters, &other.parameters) {
        (Some(one), Some(other)) if same(one, other) => None,
        (Some(_), Some(_)) => Some(("other parameters".to_owned(), hint(named))),
        _ => Some(("no parameters".to_owned(), None)),
    });
    findings.question(asked, came_back);
}
