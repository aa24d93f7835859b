//! Runs submissions in wasmtime under limits; the only crate that names wasmtime.
//!
//! An [`Artifact`](tito_artifact::Artifact) becomes a [`Compiled`], a `Compiled` launches [`LocalGuest`]s, and a
//! [`Guest`] answers calls with [`Outcome`]s. What the submission does wrong is an `Outcome`; [`HostError`] is
//! always ours. Nothing here knows what an answer should be.

mod clock;
mod compile;
mod contract;
mod engine;
mod error;
mod exports;
mod guest;
mod instrument;
mod ledger;
mod lesson;
mod local;
mod outcome;
mod profile;
mod profiler;
mod recipe;
mod run;
mod sampling;
mod state;
mod unusable;
mod wasi;

pub use compile::{Compiled, Sandbox};
pub use contract::layers::{
    AttentionSpec, BlockSpec, Conv2dSpec, DenseSpec, EmbeddingSpec, Layer, NormSpec, Pool2dSpec,
};
pub use contract::models::Mode;
pub use contract::telemetry::{Directive, Epoch};
pub use engine::{Metering, Watch, fingerprint};
pub use error::HostError;
pub use guest::{Called, Guest, Launch, Loss, ModelId, OptimizerId, SharedCallbacks, Usage};
pub use lesson::{Batch, Budget, Callbacks, Lent, Lesson, MOST_INDICES, Spent, Split};
pub use local::{LocalGuest, MOST_AXES, MOST_EPOCHS, MOST_TENSORS};
pub use outcome::{Fault, Limit, LimitKind, Outcome, Trap, TrapKind};
pub use profile::{FunctionId, MOST_FRAMES, MOST_FUNCTIONS, MOST_STACKS, Profile};
pub use recipe::{AdamSpec, OptimizerSpec, Recipe, Schedule, SgdSpec};
pub use run::{Ran, Run};
pub use sampling::Sampling;
pub use state::escaped;
pub use tito_artifact::{Limits, RunLimits};

/// The release of wasmtime that fuel is counted by; part of every cache key and every report.
pub const WASMTIME_VERSION: &str = "48.0.8";
