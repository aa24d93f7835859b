//! How a model is trained, and what it tells of it: the contract's own types under readable names.

pub use crate::bindings::learning::exports::tinytorch::framework::training::{Recipe, Schedule};
pub use crate::bindings::learning::tinytorch::framework::telemetry::{Directive, Epoch};
