//! The milestones: a rubric and its checks for each.
//!
//! A check asks cases of a submission through `tito-judge` and says what it found; what that is worth stands in
//! the milestone's rubric.

mod basic_inference;
mod context;
mod milestone;
mod network;
mod run;
mod train;

pub use context::Context;
pub use milestone::{Milestone, milestone, milestones};
pub use network::{Network, permuted};
pub use run::{Progress, grade};
pub use train::{Recipe, train};
