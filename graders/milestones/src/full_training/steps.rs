//! The steps of `fit`, one epoch at a time, against the same epoch in f64.
//!
//! Whole trajectories diverge, so every epoch begins at the submission's own parameters, which a run leaves behind that
//! was told to stop before it (teacher forcing). What the optimizer remembers is computed along.

use tito_grade::Hint;
use tito_judge::{Draw, Findings, OptimizerOracle, sampled_condition, stack_gradients, stack_oracle};
use tito_kernels::{Judged, Wide, clip, cross_entropy, schedule};
use tito_sandbox::{AdamSpec, HostError, Layer, OptimizerSpec, Recipe, Schedule, SgdSpec};
use tito_tensor::Tensor;

use super::{every_example::unfinished, hint};
use crate::{
    Context,
    classroom::{Task, learn},
    milestone::Found,
    toy,
};

/// How an epoch may be gone through.
#[derive(Clone, Copy)]
struct Way {
    /// What is wrong with it; nothing where it is right.
    name: &'static str,
    slope: Slope,
    clip: Clip,
    rate: Rate,
}

/// What a batch's gradient is.
#[derive(Clone, Copy, PartialEq)]
enum Slope {
    Mean,
    Sum,
    /// Divided by the recipe's batch size, though the batch is smaller.
    OfFullBatch,
    /// With those of all batches before.
    Accumulated,
}

/// How gradients are clipped.
#[derive(Clone, Copy, PartialEq)]
enum Clip {
    Together,
    Never,
    EachTensor,
    ByValue,
}

/// Which rate a step has.
#[derive(Clone, Copy, PartialEq)]
enum Rate {
    /// The last step is not yet at the end of the cosine.
    OverSteps,
    /// The last step is at its end.
    ToTheEnd,
    Constant,
    OfEpoch,
    OneLate,
}

const RIGHT: Way = Way { name: "", slope: Slope::Mean, clip: Clip::Together, rate: Rate::OverSteps };

/// Where the cosine ends is not said by the contract: PyTorch's ends one step after the last.
const ADMITTED: [Way; 2] = [RIGHT, Way { rate: Rate::ToTheEnd, ..RIGHT }];

const MISTAKEN: [Way; 9] = [
    Way { name: "clip-forgotten", clip: Clip::Never, ..RIGHT },
    Way { name: "clip-per-tensor", clip: Clip::EachTensor, ..RIGHT },
    Way { name: "clip-by-value", clip: Clip::ByValue, ..RIGHT },
    Way { name: "schedule-ignored", rate: Rate::Constant, ..RIGHT },
    Way { name: "schedule-per-epoch", rate: Rate::OfEpoch, ..RIGHT },
    Way { name: "schedule-one-step-late", rate: Rate::OneLate, ..RIGHT },
    Way { name: "gradient-summed", slope: Slope::Sum, ..RIGHT },
    Way { name: "small-batch-divided-by-full-size", slope: Slope::OfFullBatch, ..RIGHT },
    Way { name: "gradients-not-zeroed", slope: Slope::Accumulated, ..RIGHT },
];

/// Gradients are clipped and rates fall as the recipe says.
pub(super) fn clip_and_schedule(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/clip-and-schedule");
    let mut findings = Findings::default();
    let recipes: [fn(&mut Recipe); 3] = [
        |recipe| recipe.clip_norm = Some(0.2),
        |recipe| recipe.schedule = Schedule::Cosine(0.01),
        |recipe| (recipe.clip_norm, recipe.schedule) = (Some(0.3), Schedule::Cosine(0.0)),
    ];
    for change in recipes {
        let mut task = toy::task(&mut draw, 21, 5, 8);
        change(&mut task.recipe);
        look(context, &task, &mut draw, &mut findings)?;
    }
    Ok(Found::Cases(findings))
}

/// The first steps are those of the recipe, with momentum and decay, and with Adam.
pub(super) fn first(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/first-steps");
    let mut findings = Findings::default();
    let momentum = SgdSpec { learning_rate: 0.1, momentum: 0.9, weight_decay: 0.01 };
    let adam = AdamSpec {
        learning_rate: 0.02,
        beta1: 0.9,
        beta2: 0.99,
        epsilon: 1e-2,
        weight_decay: 0.0,
        decoupled: false,
    };
    for optimizer in [OptimizerSpec::Sgd(momentum), OptimizerSpec::Adam(adam)] {
        let mut task = toy::task(&mut draw, 21, 5, 8);
        task.recipe.optimizer = optimizer;
        look(context, &task, &mut draw, &mut findings)?;
    }
    Ok(Found::Cases(findings))
}

/// Holds every epoch of a task against the ways to go through it.
fn look(
    context: &Context<'_>,
    task: &Task,
    draw: &mut Draw,
    findings: &mut Findings,
) -> Result<(), HostError> {
    let mut task = task.clone();
    task.recipe.shuffle = false;
    let mut path = vec![task.parameters.clone()];
    let mut batches = Vec::new();
    for stop in 1..=task.recipe.epochs as usize {
        let trained = learn(context, &task, Some(stop))?;
        findings.used(trained.usage);
        let fits = |parameters: &Vec<Tensor>| {
            parameters.iter().map(Tensor::shape).eq(task.parameters.iter().map(Tensor::shape))
        };
        match trained.parameters.clone().filter(fits) {
            Some(parameters) if unfinished(&trained).is_none() => path.push(parameters),
            _ => {
                let came_back = unfinished(&trained).unwrap_or(("no parameters".to_owned(), None));
                findings.question(asked(&task, stop), Some(came_back));
                return Ok(());
            }
        }
        let epochs = trained.record.epochs();
        batches = epochs.into_iter().map(|epoch| epoch.into_iter().map(<[u32]>::to_vec).collect()).collect();
    }
    let walk = Walk { task: &task, path, batches };
    let found = ADMITTED.map(|way| walk.wrong(way, draw));
    let best =
        found.into_iter().min_by_key(|wrong| wrong.iter().flatten().count()).expect("one way is right");
    for (number, wrong) in best.into_iter().enumerate() {
        let came_back = wrong.map(|told| (told, walk.name(draw)));
        findings.question(asked(&task, number + 1), came_back);
    }
    Ok(())
}

fn asked(task: &Task, epoch: usize) -> String {
    let Recipe { optimizer, schedule, clip_norm, .. } = task.recipe;
    let optimizer = match optimizer {
        OptimizerSpec::Sgd(spec) if spec.momentum == 0.0 => "SGD",
        OptimizerSpec::Sgd(_) => "SGD with momentum and decay",
        OptimizerSpec::Adam(_) => "Adam",
    };
    let clipped = if clip_norm.is_some() { ", clipped" } else { "" };
    let falling = if schedule == Schedule::Constant { "" } else { ", with a cosine schedule" };
    format!("the parameters after epoch {epoch} of three steps of {optimizer}{clipped}{falling}")
}

/// The way that a submission has gone: its parameters before each epoch and after the last, and the batches of each.
struct Walk<'a> {
    task: &'a Task,
    path: Vec<Vec<Tensor>>,
    batches: Vec<Vec<Vec<u32>>>,
}

/// An optimizer in f64, with what it was given.
#[derive(Clone)]
struct Run {
    optimizer: OptimizerOracle,
    /// The sum of all gradients so far.
    sum: Vec<Wide>,
    steps: u64,
}

impl Walk<'_> {
    /// What is wrong with each epoch if this way is right.
    fn wrong(&self, way: Way, draw: &mut Draw) -> Vec<Option<String>> {
        let mut run = Run::new(self.task.recipe.optimizer);
        let epochs = self.path.windows(2).zip(&self.batches);
        epochs
            .map(|(ends, batches)| {
                let (judged, after) = self.epoch(way, &run, &ends[0], batches, draw);
                run = after;
                judged
                    .iter()
                    .zip(&ends[1])
                    .enumerate()
                    .find_map(|(at, (judged, found))| off(at, judged, found))
            })
            .collect()
    }

    /// The name of the mistaken way that explains every epoch.
    fn name(&self, draw: &mut Draw) -> Option<Hint> {
        let explains = |way: &&Way| self.wrong(**way, draw).iter().all(Option::is_none);
        MISTAKEN.iter().find(explains).and_then(|way| hint(way.name))
    }

    /// What an epoch makes of these parameters, with the bound of its sampled condition.
    fn epoch(
        &self,
        way: Way,
        run: &Run,
        before: &[Tensor],
        batches: &[Vec<u32>],
        draw: &mut Draw,
    ) -> (Vec<Judged>, Run) {
        let before: Vec<Wide> = before.iter().map(Wide::from).collect();
        let (inputs, targets): (Vec<Wide>, Vec<_>) = batches.iter().map(|batch| self.data(batch)).unzip();
        let steps = |given: &[Wide]| {
            let (before, inputs) = given.split_at(before.len());
            self.steps(way, run.clone(), before, inputs, &targets)
        };
        let given = [before.as_slice(), &inputs].concat();
        let (_, after) = steps(&given);
        (sampled_condition(&given, |given| steps(given).0, draw), after)
    }

    fn data(&self, batch: &[u32]) -> (Wide, Vec<u32>) {
        let places: Vec<usize> = batch.iter().map(|&index| index as usize).collect();
        let (inputs, targets) = self.task.training.batch(&places);
        (Wide::from(&inputs), targets)
    }

    fn steps(
        &self,
        way: Way,
        mut run: Run,
        before: &[Wide],
        inputs: &[Wide],
        targets: &[Vec<u32>],
    ) -> (Vec<Wide>, Run) {
        let (mut parameters, batches) = (before.to_vec(), inputs.len() as u64);
        for (inputs, targets) in inputs.iter().zip(targets) {
            let mut gradients = gradients(&self.task.layers, &parameters, inputs, targets);
            let (size, full) = (targets.len() as f64, f64::from(self.task.recipe.batch_size));
            run.sum = match run.sum.as_slice() {
                [] => gradients.clone(),
                sum => sum.iter().zip(&gradients).map(|(sum, more)| sum_of(sum, more)).collect(),
            };
            match way.slope {
                Slope::Mean => {}
                Slope::Sum => gradients = gradients.iter().map(|tensor| each(tensor, |g| g * size)).collect(),
                Slope::OfFullBatch => {
                    gradients = gradients.iter().map(|tensor| each(tensor, |g| g * size / full)).collect();
                }
                Slope::Accumulated => gradients = run.sum.clone(),
            }
            let gradients = clipped(way.clip, gradients, self.task.recipe.clip_norm);
            let rate = way.rate.of(&self.task.recipe, run.steps, batches);
            parameters = run.step(rate, &parameters, &gradients);
        }
        (parameters, run)
    }
}

impl Rate {
    /// The rate of a step of the whole run, of which an epoch has so many.
    fn of(self, recipe: &Recipe, step: u64, in_epoch: u64) -> f32 {
        let first = recipe.optimizer.learning_rate();
        let Schedule::Cosine(last) = recipe.schedule else { return first };
        let steps = in_epoch * u64::from(recipe.epochs);
        match self {
            Self::OverSteps => schedule::cosine(first, last, step, steps),
            Self::ToTheEnd => schedule::cosine(first, last, step, steps - 1),
            Self::Constant => first,
            Self::OfEpoch => schedule::cosine(first, last, step / in_epoch, u64::from(recipe.epochs)),
            Self::OneLate => schedule::cosine(first, last, step + 1, steps),
        }
    }
}

impl Run {
    fn new(spec: OptimizerSpec) -> Self {
        Self { optimizer: OptimizerOracle::new(spec), sum: Vec::new(), steps: 0 }
    }

    fn step(&mut self, rate: f32, parameters: &[Wide], gradients: &[Wide]) -> Vec<Wide> {
        self.steps += 1;
        let stepped = self.optimizer.step(rate, parameters, gradients);
        stepped.into_iter().map(|judged| judged.value).collect()
    }
}

/// The gradients of the mean cross-entropy of a batch.
fn gradients(layers: &[Layer], parameters: &[Wide], inputs: &Wide, targets: &[u32]) -> Vec<Wide> {
    let logits = stack_oracle(layers, parameters, inputs).value;
    let loss = cross_entropy::oracle(&logits, targets).expect("there is a target for each row");
    let mut all = stack_gradients(layers, parameters, inputs, &loss.gradient.value);
    // That of the inputs nobody steps by.
    all.split_off(1)
}

fn clipped(way: Clip, gradients: Vec<Wide>, most: Option<f32>) -> Vec<Wide> {
    let Some(most) = most else { return gradients };
    let values = |judged: Vec<Judged>| judged.into_iter().map(|judged| judged.value).collect::<Vec<_>>();
    match way {
        Clip::Together => values(clip::oracle(&gradients, most)),
        Clip::Never => gradients,
        Clip::EachTensor => {
            gradients.iter().flat_map(|g| values(clip::oracle(std::slice::from_ref(g), most))).collect()
        }
        Clip::ByValue => {
            let most = f64::from(most);
            gradients.iter().map(|tensor| each(tensor, |g| g.clamp(-most, most))).collect()
        }
    }
}

fn sum_of(left: &Wide, right: &Wide) -> Wide {
    let sums = left.data().iter().zip(right.data()).map(|(a, b)| a + b).collect();
    Wide::new(left.shape().clone(), sums).expect("both have one shape")
}

fn each(tensor: &Wide, image: impl FnMut(f64) -> f64) -> Wide {
    let data = tensor.data().iter().copied().map(image).collect();
    Wide::new(tensor.shape().clone(), data).expect("the shape is that of the data")
}

/// The first element of a parameter that is beyond its bound, in words.
fn off(at: usize, judged: &Judged, found: &Tensor) -> Option<String> {
    let wrong = found.data().iter().enumerate().find(|&(i, &got)| !judged.accepts(i, got));
    wrong.map(|(i, got)| {
        let place = found.shape().index_of(i);
        format!("parameter {at} is {got:.6} at {place:?}, not {:.6}", judged.value.data()[i])
    })
}
