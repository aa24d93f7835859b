//! `tito export layers`: which layers of the contract a component has.

use clap::Args;
use rayon::prelude::*;
use serde::Serialize;
use tito_artifact::{Artifact, Gated, Limits, MODELS};
use tito_grade::ComponentId;
use tito_judge::{Examiner, describe};
use tito_sandbox::{
    AttentionSpec, BlockSpec, Conv2dSpec, DenseSpec, EmbeddingSpec, Fault, Layer, Metering, NormSpec,
    Outcome, Pool2dSpec,
};

use crate::{
    exit::Exit, failure::Failure, isolation::Walls, report, screen, submission::ComponentFile, workers,
};

/// Tries to build every layer of the contract; fails where one of milestone 1 does not.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito export layers --component component.wasm")]
pub(crate) struct Layers {
    #[command(flatten)]
    component: ComponentFile,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// What a component exports.
#[derive(Serialize)]
struct Exports {
    component: ComponentId,
    exports: Vec<String>,
    /// Whether the interface that every milestone needs is among them.
    has_models: bool,
    layers: Vec<Found>,
}

/// What became of building a layer.
#[derive(Serialize)]
struct Found {
    layer: String,
    /// The first milestone that asks for it.
    milestone: u32,
    built: Built,
    /// What came back instead of a model.
    #[serde(skip_serializing_if = "Option::is_none")]
    came_back: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Built {
    Answer,
    Unsupported,
    Fault,
    Trap,
    Limit,
}

impl Layers {
    /// Fails where a layer that milestone 1 asks for does not build.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let limits = Limits::default();
        let artifact = match Artifact::gate(self.component.read(&limits)?, &limits) {
            Gated::Refused(refusal) => return report::print_refusal(&refusal, self.json),
            Gated::Admitted(artifact) => artifact,
        };
        let exports = workers::on(None, || Exports::of(&artifact, &limits))?;
        if self.json {
            screen::print_json("tito.exports", &exports)?;
        } else {
            screen::print(&exports.text())?;
        }
        Ok(if exports.is_complete() { Exit::Passed } else { Exit::Failed })
    }
}

impl Exports {
    fn of(artifact: &Artifact, limits: &Limits) -> Result<Self, Failure> {
        let prepared = Walls::default().isolation(limits, None)?.compile(artifact, Metering::Metered)?;
        let examiner = Examiner::new(&prepared);
        let found = || {
            let found = layers().into_par_iter().map(|(layer, milestone)| {
                let (outcome, _) = examiner.with_guest(|guest| guest.build(&[layer], 0))?;
                Ok::<_, Failure>(Found::new(&layer, milestone, &outcome))
            });
            found.collect()
        };
        let layers = match &prepared {
            Outcome::Answer(prepared) => prepared.settled(found)?,
            _ => found()?,
        };
        let bytes = artifact.bytes().len() as u64;
        Ok(Self {
            component: ComponentId { sha256: artifact.digest().to_string(), bytes },
            exports: artifact.exports().to_vec(),
            has_models: artifact.exports().iter().any(|name| name == MODELS),
            layers,
        })
    }

    /// How many layers a milestone is the first to ask for, and how many of them do not build.
    fn count(&self, milestone: u32) -> [usize; 2] {
        let asked = self.layers.iter().filter(|layer| layer.milestone == milestone);
        let missing = asked.clone().filter(|layer| layer.built != Built::Answer);
        [asked.count(), missing.count()]
    }

    fn is_complete(&self) -> bool {
        self.count(1)[1] == 0
    }

    fn verdict(&self) -> String {
        let graded = tito_milestones::milestones();
        let sentence = |number| match self.count(number) {
            [_, 0] => format!(
                "Every layer of milestone {number} builds; `tito milestone test {number}` judges them.\n"
            ),
            [asked, missing] => {
                format!("{missing} of the {asked} layers of milestone {number} do not build.\n")
            }
        };
        graded.iter().map(|milestone| sentence(milestone.rubric.number)).collect()
    }

    fn text(&self) -> String {
        let exports = self.exports.iter().map(|name| [name.clone()]);
        let none = if self.has_models {
            ""
        } else {
            "  Missing: the interface `models`, which `tito build` exports.\n"
        };
        let rows = self.layers.iter().map(|layer| {
            let built = layer.came_back.clone().unwrap_or_else(|| "builds".into());
            [layer.layer.clone(), format!("milestone {}", layer.milestone), built]
        });
        format!(
            "{}\n{}{none}\n{}\n{}\n{}",
            screen::heading("Exports"),
            screen::table(exports),
            screen::heading("Layers"),
            screen::table(rows),
            self.verdict()
        )
    }
}

impl Found {
    fn new<T>(layer: &Layer, milestone: u32, outcome: &Outcome<T>) -> Self {
        let built = match outcome {
            Outcome::Answer(_) => Built::Answer,
            Outcome::Fault(Fault::Unsupported(_)) => Built::Unsupported,
            Outcome::Fault(_) => Built::Fault,
            Outcome::Trap(_) => Built::Trap,
            Outcome::Limit(_) => Built::Limit,
        };
        let came_back = (built != Built::Answer).then(|| outcome.to_string());
        Self { layer: describe(&[*layer]), milestone, built, came_back }
    }
}

/// Every layer of the contract, small, in its order, and the first milestone that asks for it.
fn layers() -> [(Layer, u32); 17] {
    let pair = (2, 2);
    let conv = Conv2dSpec {
        in_channels: 1,
        out_channels: 2,
        kernel: pair,
        stride: pair,
        padding: (0, 0),
        bias: true,
    };
    let pool = Pool2dSpec { kernel: pair, stride: pair, padding: (0, 0) };
    let norm = NormSpec { features: 4, epsilon: 1e-5 };
    let table = EmbeddingSpec { entries: 8, width: 4 };
    [
        (Layer::Dense(DenseSpec { inputs: 3, outputs: 2, bias: true }), 1),
        (Layer::Relu, 1),
        (Layer::Sigmoid, 1),
        (Layer::Tanh, 1),
        (Layer::Softmax, 1),
        (Layer::Flatten, 1),
        (Layer::Conv2d(conv), 2),
        (Layer::MaxPool2d(pool), 2),
        (Layer::AveragePool2d(pool), 2),
        (Layer::BatchNorm2d(norm), 3),
        (Layer::Dropout(0.5), 3),
        (Layer::Gelu, 5),
        (Layer::TokenEmbedding(table), 5),
        (Layer::PositionEmbedding(table), 5),
        (Layer::LayerNorm(norm), 5),
        (Layer::Attention(AttentionSpec { width: 4, heads: 2, causal: true }), 5),
        (Layer::TransformerBlock(BlockSpec { width: 4, heads: 2, expansion: 2 }), 5),
    ]
}
