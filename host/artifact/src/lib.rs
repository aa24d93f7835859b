//! From bytes to an artifact: digest, limits, and the gate before compilation.
//!
//! A file is read with `wasmparser` and never run here. What passes is an [`Artifact`], the only thing that
//! `tito-sandbox` compiles; what does not is a [`Refusal`] that names the rule, the limit and the figure.

mod artifact;
mod contract;
mod digest;
mod functions;
mod gate;
mod limits;
mod refusal;

pub use artifact::{Artifact, Gated};
pub use contract::{ALLOWED_IMPORTS, ALLOWED_WASI, DATASETS, MODELS, TELEMETRY};
pub use digest::Digest;
pub use functions::{Functions, Module};
pub use limits::{CompileLimits, GateLimits, Limits, RunLimits};
pub use refusal::{Refusal, Rule};
