//! One framework for images and texts: the same `fit`, losses and optimizers train a model of each in one guest.

use std::{f64::consts::LN_2, sync::Arc};

use tito_data::{Dataset, Store, TINYTALK};
use tito_judge::{Draw, Findings, Seed, advice, describe};
use tito_kernels::{Wide, cross_entropy};
use tito_sandbox::{
    AdamSpec, Budget, Called, Directive, Guest, HostError, Mode, ModelId, OptimizerId, OptimizerSpec,
    Outcome, Recipe,
};
use tito_tensor::Tensor;
use tito_trainer::{Examples, Model, TrainError};

use super::hint;
use crate::{
    Context, Images, Reading,
    classroom::{SharedExamples, Task, fit},
    milestone::Found,
    network::{annealed, cnn},
    parameters::same,
    reading::{Extents, Windows},
};

/// Images that are learnt, and as many that are only asked about.
const IMAGES: usize = 480;

/// Windows of the held-out text that are asked about.
const WINDOWS: usize = 128;

/// Examples for a call.
const BATCH: usize = 16;

/// How often each model learns, in turns.
const TURNS: usize = 2;

/// What honest runs stay on the right side of: the native trainer's mean of eight runs, 92.8 % and 2.84 bits, and more than
/// five of its deviations from run to run, 1.4 % and 0.054 bits.
const ACCURACY: f64 = 0.85;
const BITS: f64 = 3.15;

/// Fewer bits are none that were learnt from what was lent: eight deviations ahead.
const FEWEST_BITS: f64 = 2.4;

/// Steps of the host's own loop.
const STEPS: usize = 12;

/// An image model and a text model, and what is asked of each that it has not learnt.
struct Both {
    tasks: [Task; 2],
    others: [SharedExamples; 2],
}

/// How well the models do: the share of images, and nats per character.
type Reached = [f64; 2];

impl Both {
    fn of(context: &Context<'_>, purpose: &str) -> Result<Self, HostError> {
        let mut draw = context.seed.draw(&format!("5/{purpose}"));
        let failed = |error| HostError::new("cannot draw what is to be learnt", error);
        Self::drawn(context.data, &mut draw).map_err(failed)
    }

    fn drawn(data: &Dataset, draw: &mut Draw) -> Result<Self, TrainError> {
        let order = draw.permutation(data.len());
        let moments = data.part(order[..IMAGES].to_vec()).moments();
        let [some, others] = [&order[..IMAGES], &order[IMAGES..2 * IMAGES]]
            .map(|places| data.part(places.to_vec()).standardised(&moments))
            .map(|part| Arc::new(Images(part)) as SharedExamples);
        let layers = cnn(data.form(), &[8]);
        let images = Task {
            parameters: Model::build(&layers, draw)?.parameters().to_vec(),
            layers,
            training: some,
            validation: None,
            classes: data.form().classes,
            recipe: annealed(2, 16, 1e-2, draw.below(u64::MAX)),
        };
        let talk = Store::at("").text(&TINYTALK).expect("TinyTalk is part of the program");
        let extents = Extents { blocks: 1, width: 16, heads: 2, length: 16 };
        let reading = Reading::new(&talk, extents, 16, 100, 1e-2);
        let read = reading.draw(&talk, draw)?;
        let held_out = Windows::held_out(&talk, reading.length, &read.cipher, WINDOWS);
        Ok(Self { tasks: [images, read.task], others: [others, Arc::new(held_out)] })
    }

    /// Builds both models in a guest.
    fn build(&self, guest: &mut dyn Guest) -> Called<[ModelId; 2]> {
        let mut built = |task: &Task| {
            guest
                .build(&task.layers, task.recipe.seed)?
                .then(|model| Ok(guest.load(model, &task.parameters)?.map(|()| model)))
        };
        let [images, text] = &self.tasks;
        built(images)?.then(|images| Ok(built(text)?.map(|text| [images, text])))
    }

    /// What each turn teaches: the same recipe with another order.
    fn turn(&self, kind: usize, turn: usize) -> Task {
        let task = self.tasks[kind].clone();
        let recipe = Recipe { seed: task.recipe.seed ^ turn as u64, ..task.recipe };
        Task { recipe, ..task }
    }
}

/// What the native trainer comes to: the share of images, and bits per character. `examples/train_texts.rs` has the mean.
///
/// # Errors
///
/// If a layer has no native kernel.
pub fn native_both(data: &Dataset, number: usize) -> Result<[f64; 2], TrainError> {
    let both = Both::drawn(data, &mut Seed::public().draw(&format!("native-both/{number}")))?;
    let mut reached = [0.0; 2];
    for (kind, reached) in reached.iter_mut().enumerate() {
        let mut model = Model::build(&both.tasks[kind].layers, &mut Draw::new([0; 32]))?;
        model.load(both.tasks[kind].parameters.clone())?;
        for turn in 0..TURNS {
            let Task { training, recipe, .. } = both.turn(kind, turn);
            tito_trainer::fit(&mut model, training.as_ref(), None, &recipe, &mut |_, _| Directive::Proceed)?;
        }
        let found = tito_trainer::evaluate(&model, both.others[kind].as_ref())?;
        *reached = if kind == 0 { f64::from(found.accuracy) } else { f64::from(found.loss) / LN_2 };
    }
    Ok(reached)
}

/// Both models learn in turns in one guest: the host's count of each.
pub(super) fn both_learn(context: &Context<'_>) -> Result<Found, HostError> {
    let mut findings = Findings::default();
    let both = Both::of(context, "both")?;
    let budget = Budget::of_training(&context.limits);
    let (outcome, usage) = context.examiner().with_guest(|guest| {
        both.build(guest)?.then(|models| {
            in_turns(guest, models, &both, budget, &mut |_, _, _| Ok(Outcome::Answer(())))?
                .then(|()| reached(guest, models, &both))
        })
    })?;
    findings.used(usage);
    let [accuracy, loss] = match outcome {
        Outcome::Answer(reached) => reached,
        other => {
            findings.question("an image model and a text model", Some((other.to_string(), advice(&other))));
            return Ok(Found::Cases(findings));
        }
    };
    let bits = loss / LN_2;
    findings.measured("accuracy", accuracy);
    findings.measured("bits", bits);
    // Written so that NaN is on the wrong side.
    let has_seen = accuracy > ACCURACY;
    let came_back = (!has_seen).then(|| (format!("{:.0} %", 100.0 * accuracy), None));
    findings.question(
        format!("{} learns more than {:.0} % of digits", describe(&both.tasks[0].layers), 100.0 * ACCURACY),
        came_back,
    );
    let has_read = bits < BITS;
    let came_back = (!has_read).then(|| (format!("{bits:.2} bits"), None));
    findings.question(
        format!("{} learns a text to below {BITS} bits a character", describe(&both.tasks[1].layers)),
        came_back,
    );
    let told = || (format!("{bits:.2} bits"), hint("text-known-by-heart"));
    findings.question(
        format!(
            "a text model that knows no more than what it was lent can teach, {FEWEST_BITS} bits a character"
        ),
        (bits < FEWEST_BITS).then(told),
    );
    Ok(Found::Cases(findings))
}

/// What is asked after each turn, of the kind of model that has learnt.
type After<'a> = dyn FnMut(&mut dyn Guest, [ModelId; 2], usize) -> Called<()> + 'a;

/// The models learn in turns.
fn in_turns(
    guest: &mut dyn Guest,
    models: [ModelId; 2],
    both: &Both,
    budget: Budget,
    after: &mut After<'_>,
) -> Called<()> {
    for turn in 0..TURNS {
        for kind in [0, 1] {
            let outcome = fit(guest, models[kind], &both.turn(kind, turn), budget)?
                .then(|_| after(guest, models, kind))?;
            if !matches!(outcome, Outcome::Answer(())) {
                return Ok(outcome);
            }
        }
    }
    Ok(Outcome::Answer(()))
}

/// How well both models do what they have not learnt.
fn reached(guest: &mut dyn Guest, models: [ModelId; 2], both: &Both) -> Called<Reached> {
    let mut of = |kind: usize| counted(guest, models[kind], &both.tasks[kind], both.others[kind].as_ref());
    of(0)?.then(|[accuracy, _]| Ok(of(1)?.map(|[_, loss]| [accuracy, loss])))
}

/// The share of predictions that are right, and the mean loss.
fn counted(guest: &mut dyn Guest, model: ModelId, task: &Task, examples: &dyn Examples) -> Called<[f64; 2]> {
    let places: Vec<usize> = (0..examples.count()).collect();
    let [mut right, mut loss, mut all] = [0.0; 3];
    for places in places.chunks(BATCH) {
        let (inputs, targets) = examples.batch(places);
        let logits = match guest.forward(model, &inputs, Mode::Inference)? {
            Outcome::Answer(logits) => logits,
            other => return Ok(other.map(|_| unreachable!("it is no answer"))),
        };
        let count = targets.len() as f64;
        let [hits, mean] = judged(&logits, &targets, task.classes);
        right += hits;
        loss += mean * count;
        all += count;
    }
    Ok(Outcome::Answer([right / all, loss / all]))
}

/// How many rows are right, and their mean loss; none, and an endless one, where there is not a row for each target.
fn judged(logits: &Tensor, targets: &[u32], classes: u32) -> [f64; 2] {
    let classes = classes as usize;
    if logits.shape().last() != Some(classes) || logits.data().len() != classes * targets.len() {
        return [0.0, f64::INFINITY];
    }
    let rows = logits.data().chunks_exact(classes).zip(targets);
    let hits = rows.filter(|(row, target)| crate::accuracy::largest(row) == Some(**target as usize)).count();
    let judged = cross_entropy::oracle(&Wide::from(logits), targets).expect("there is a row for each target");
    [hits as f64, judged.value.value.data()[0]]
}

/// What a model learns beside another is what it learns alone, and the other stays as it was meanwhile.
pub(super) fn undisturbed(context: &Context<'_>) -> Result<Found, HostError> {
    let mut findings = Findings::default();
    let both = Both::of(context, "undisturbed")?;
    let budget = Budget::of_training(&context.limits);
    let mut held: [Vec<Tensor>; 2] = both.tasks.each_ref().map(|task| task.parameters.clone());
    let mut moved = [false; 2];
    let (outcome, usage) = context.examiner().with_guest(|guest| {
        both.build(guest)?.then(|models| {
            in_turns(guest, models, &both, budget, &mut |guest, models, kind| {
                let other = 1 - kind;
                guest.parameters(models[other])?.then(|parameters| {
                    moved[other] |= !same(&parameters, &held[other]);
                    Ok(guest.parameters(models[kind])?.map(|parameters| held[kind] = parameters))
                })
            })
        })
    })?;
    findings.used(usage);
    let came_back =
        (!matches!(outcome, Outcome::Answer(()))).then(|| (outcome.to_string(), advice(&outcome)));
    findings.question("an image model and a text model, in turns", came_back);
    for (kind, name) in NAMES.iter().enumerate() {
        let told = || (format!("other parameters of the {name} model"), hint("other-model-moved"));
        findings.question(format!("the {name} model while the other learns"), moved[kind].then(told));
        let (alone, usage) = alone(context, &both, kind, budget)?;
        findings.used(usage);
        let is_still = same(&held[kind], &both.tasks[kind].parameters);
        let came_back = match &alone {
            Outcome::Answer(_) if is_still => {
                Some(("the parameters of before".to_owned(), hint("model-not-trained")))
            }
            Outcome::Answer(alone) if same(alone, &held[kind]) => None,
            Outcome::Answer(_) => Some(("other parameters than alone".to_owned(), hint("other-model-moved"))),
            other => Some((other.to_string(), advice(other))),
        };
        findings.question(format!("what the {name} model learns, with and without the other"), came_back);
    }
    Ok(Found::Cases(findings))
}

const NAMES: [&str; 2] = ["image", "text"];

/// The parameters of one model after the same turns in a guest of its own.
fn alone(
    context: &Context<'_>,
    both: &Both,
    kind: usize,
    budget: Budget,
) -> Result<(Outcome<Vec<Tensor>>, tito_sandbox::Usage), HostError> {
    let task = &both.tasks[kind];
    context.examiner().with_model(&task.layers, &task.parameters, |guest, model| {
        for turn in 0..TURNS {
            let history = fit(guest, model, &both.turn(kind, turn), budget)?;
            if !matches!(history, Outcome::Answer(_)) {
                return Ok(history.map(|_| unreachable!("it is no answer")));
            }
        }
        guest.parameters(model)
    })
}

/// The host's own loop over loss, gradients and optimizer trains both models in turns, too.
pub(super) fn same_parts(context: &Context<'_>) -> Result<Found, HostError> {
    let mut findings = Findings::default();
    let both = Both::of(context, "same-parts")?;
    let batches = both.tasks.each_ref().map(|task| task.training.batch(&(0..BATCH).collect::<Vec<_>>()));
    let (outcome, usage) = context.examiner().with_guest(|guest| {
        both.build(guest)?.then(|models| {
            let spec = OptimizerSpec::Adam(AdamSpec::usual(1e-2));
            guest.build_optimizer(spec)?.then(|first| {
                guest.build_optimizer(spec)?.then(|second| {
                    let mut losses = [Vec::new(), Vec::new()];
                    for _ in 0..STEPS {
                        for (kind, optimizer) in [first, second].into_iter().enumerate() {
                            match step(guest, models[kind], optimizer, &batches[kind])? {
                                Outcome::Answer(loss) => losses[kind].push(loss),
                                other => return Ok(other.map(|_| unreachable!("it is no answer"))),
                            }
                        }
                    }
                    Ok(Outcome::Answer(losses))
                })
            })
        })
    })?;
    findings.used(usage);
    match outcome {
        Outcome::Answer(losses) => {
            for ((name, losses), task) in NAMES.iter().zip(&losses).zip(&both.tasks) {
                let [first, last] = [losses[0], losses[STEPS - 1]];
                // Written so that NaN has not fallen.
                let has_fallen = last < FALLEN * first;
                let asked = format!("{STEPS} steps by the host's own loop, of {}", describe(&task.layers));
                let told = || (format!("the {name} model's loss goes from {first:.3} to {last:.3}"), None);
                findings.question(asked, (!has_fallen).then(told));
            }
        }
        other => findings.question("steps by the host's own loop", Some((other.to_string(), advice(&other)))),
    }
    Ok(Found::Cases(findings))
}

/// What is left of the loss of a batch after so many steps on it, at most.
const FALLEN: f64 = 0.9;

/// One step, and the loss before it as the host counts it.
fn step(
    guest: &mut dyn Guest,
    model: ModelId,
    optimizer: OptimizerId,
    (inputs, targets): &(Tensor, Vec<u32>),
) -> Called<f64> {
    guest.zero_gradients(model)?.then(|()| {
        guest.forward(model, inputs, Mode::Training)?.then(|logits| {
            let classes = logits.shape().last().unwrap_or(1) as u32;
            let [_, before] = judged(&logits, targets, classes);
            guest.cross_entropy(&logits, targets)?.then(|loss| {
                guest.backward(model, &loss.gradient)?.then(|_| {
                    guest.gradients(model)?.then(|gradients| {
                        guest.parameters(model)?.then(|parameters| {
                            guest
                                .step(optimizer, &parameters, &gradients)?
                                .then(|parameters| Ok(guest.load(model, &parameters)?.map(|()| before)))
                        })
                    })
                })
            })
        })
    })
}
