//! What a submission is profiled at: a little training, and answers of what was trained.
//!
//! The work is the same for everybody and in every run, so that what is derived of its profile can be derived again.

use std::sync::Arc;

use tito_data::{DataError, Part, Split, Store, TINYDIGITS, TINYTALK, Text};
use tito_sandbox::{
    AdamSpec, BlockSpec, Budget, Called, DenseSpec, EmbeddingSpec, Fault, Guest, Launch, Layer, Mode,
    ModelId, NormSpec, OptimizerSpec, Outcome, Pool2dSpec, Profile, Recipe, RunLimits, Schedule,
};
use tito_tensor::Tensor;
use tito_trainer::Examples;

use crate::{
    Images,
    classroom::{self, SharedExamples, Task},
    network::{conv, dense},
};

/// How many times what one call may use: a plain loop, counted, takes some ten seconds for the longest workload.
const MORE: u64 = 4;

/// A workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// A network of dense layers answers for images of digits.
    Dense,
    /// A network of convolutions answers for them.
    Vision,
    /// A network of convolutions with everything that milestone 3 asks for learns some, and answers.
    Learning,
    /// A small GPT learns a few lines, and answers.
    Language,
}

impl Workload {
    /// The one that a milestone is about.
    pub fn of_milestone(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Dense),
            2 => Some(Self::Vision),
            3 | 4 => Some(Self::Learning),
            5 => Some(Self::Language),
            _ => None,
        }
    }

    /// The most that a component with these exports can do.
    pub fn of_exports(exports: &[String]) -> Self {
        let has = |interface: &str| exports.iter().any(|export| export.contains(interface));
        match () {
            () if has("/generation@") => Self::Language,
            () if has("/training@") => Self::Learning,
            () => Self::Vision,
        }
    }

    /// In a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Dense => "a dense network answers for 128 digits",
            Self::Vision => "a small CNN answers for 128 digits",
            Self::Learning => "a small CNN learns 96 digits and answers for 32",
            Self::Language => "a small GPT learns 12 windows of text and answers for 4",
        }
    }

    fn learns(self) -> bool {
        matches!(self, Self::Learning | Self::Language)
    }

    fn task(self) -> Result<Task, DataError> {
        match self {
            Self::Dense => images(128, dense_layers()),
            Self::Vision => images(128, convolutions()),
            Self::Learning => images(96, all_of_vision()),
            Self::Language => text(),
        }
    }
}

/// Limits that a profiled workload keeps to: those of several calls.
pub fn profile_limits(limits: &RunLimits) -> RunLimits {
    RunLimits {
        fuel_per_call: limits.fuel_per_call.saturating_mul(MORE),
        deadline_ms: limits.deadline_ms.saturating_mul(MORE),
        total_ms: limits.total_ms.saturating_mul(MORE),
        ..limits.clone()
    }
}

/// Where the fuel of a workload goes, in one guest of `launch`, whose engine must be the one that
/// [profiles](tito_sandbox::Metering::Profiled) and whose limits are `limits`. This is what `tito profile` shows, and
/// what a milestone's report shows of a submission.
///
/// What does not build or train gives its fault.
///
/// # Errors
///
/// Only if the host itself fails.
///
/// # Panics
///
/// If what is embedded is not there.
pub fn profile(launch: &dyn Launch, workload: Workload, limits: &RunLimits) -> Called<Profile> {
    let task = workload.task().expect("the data are embedded");
    launch.launch()?.then(|mut guest| {
        guest.build(&task.layers, task.recipe.seed)?.then(|model| {
            let learnt = match workload.learns() {
                true => classroom::fit(guest.as_mut(), model, &task, Budget::of_a_call(limits))?.map(|_| ()),
                false => Outcome::Answer(()),
            };
            learnt.then(|()| answers(guest.as_mut(), model, &task, workload))
        })
    })
}

/// Has a model answer, and asks where the fuel went.
fn answers(guest: &mut dyn Guest, model: ModelId, task: &Task, workload: Workload) -> Called<Profile> {
    let count = match workload {
        Workload::Language => 4,
        Workload::Learning => 32,
        Workload::Dense | Workload::Vision => task.training.count(),
    };
    let places: Vec<_> = (0..count).collect();
    for places in places.chunks(32) {
        let (inputs, _) = task.training.batch(places);
        match guest.forward(model, &inputs, Mode::Inference)? {
            Outcome::Answer(_) => {}
            other => return Ok(other.and_then(|_| Outcome::Fault(Fault::Internal(String::new())))),
        }
    }
    guest.profile()
}

fn dense_layers() -> Vec<Layer> {
    vec![Layer::Flatten, dense(64, 32), Layer::Relu, dense(32, 10), Layer::Softmax]
}

fn pool() -> Pool2dSpec {
    Pool2dSpec { kernel: (2, 2), stride: (2, 2), padding: (0, 0) }
}

fn convolutions() -> Vec<Layer> {
    vec![
        conv(1, 8),
        Layer::Relu,
        Layer::MaxPool2d(pool()),
        conv(8, 16),
        Layer::Relu,
        Layer::AveragePool2d(pool()),
        Layer::Flatten,
        dense(64, 10),
    ]
}

fn all_of_vision() -> Vec<Layer> {
    vec![
        conv(1, 8),
        Layer::BatchNorm2d(NormSpec { features: 8, epsilon: 1e-5 }),
        Layer::Relu,
        Layer::MaxPool2d(pool()),
        conv(8, 16),
        Layer::Tanh,
        Layer::AveragePool2d(pool()),
        Layer::Flatten,
        Layer::Dropout(0.1),
        dense(64, 32),
        Layer::Sigmoid,
        dense(32, 10),
    ]
}

fn recipe(batch_size: u32) -> Recipe {
    Recipe {
        optimizer: OptimizerSpec::Adam(AdamSpec::usual(1e-3)),
        schedule: Schedule::Cosine(0.0),
        clip_norm: Some(1.0),
        epochs: 1,
        batch_size,
        shuffle: true,
        seed: 7,
    }
}

fn images(count: usize, layers: Vec<Layer>) -> Result<Task, DataError> {
    let digits = Store::at("").load(&TINYDIGITS, Split::Train)?;
    let part: Part = digits.part((0..count).collect());
    let training: SharedExamples = Arc::new(Images(part));
    let classes = digits.form().classes;
    Ok(Task { layers, parameters: Vec::new(), training, validation: None, classes, recipe: recipe(16) })
}

/// Tokens of a window.
const WINDOW: usize = 32;
const WIDTH: u32 = 32;

fn text() -> Result<Task, DataError> {
    let text = Store::at("").text(&TINYTALK)?;
    let classes = text.vocabulary().len() as u32;
    let block = Layer::TransformerBlock(BlockSpec { width: WIDTH, heads: 4, expansion: 4 });
    let table = |entries| EmbeddingSpec { entries, width: WIDTH };
    let layers = vec![
        Layer::TokenEmbedding(table(classes)),
        Layer::PositionEmbedding(table(WINDOW as u32)),
        block,
        block,
        Layer::LayerNorm(NormSpec { features: WIDTH, epsilon: 1e-5 }),
        Layer::Dense(DenseSpec { inputs: WIDTH, outputs: classes, bias: true }),
    ];
    let training: SharedExamples = Arc::new(Windows(text));
    Ok(Task { layers, parameters: Vec::new(), training, validation: None, classes, recipe: recipe(4) })
}

/// Some windows of a text, spread over it.
struct Windows(Text);

impl Examples for Windows {
    fn count(&self) -> usize {
        12
    }

    fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>) {
        let apart = self.0.windows(Split::Train, WINDOW) / self.count();
        let places: Vec<_> = places.iter().map(|place| place * apart).collect();
        self.0.batch(Split::Train, &places, WINDOW)
    }
}
