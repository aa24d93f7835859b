//! The milestones: a rubric and its checks for each.
//!
//! A check asks cases of a submission through `tito-judge` and says what it found; what that is worth stands in
//! the milestone's rubric.

mod accuracy;
mod assignment;
mod basic_inference;
mod chained;
mod classroom;
mod computer_vision;
mod context;
mod curve;
mod faults;
mod full_training;
mod images;
mod initialisation;
mod language_generation;
mod milestone;
mod network;
mod own;
mod parameters;
mod plan;
mod reading;
mod run;
mod shapes;
mod toy;
mod train;
mod train_cnn;
mod training;
mod training_log;

pub use assignment::{Assignment, Drawn};
pub use classroom::{Learning, Watch};
pub use context::Context;
pub use curve::{Curve, Point};
pub use images::Images;
pub use language_generation::{NativeText, native_both};
pub use milestone::{Milestone, milestone, milestones};
pub use network::{Architecture, Network, permuted};
pub use own::{Networks, Own, OwnError};
pub use plan::Plan;
pub use reading::Reading;
pub use run::{Progress, grade};
pub use train::{Recipe, train};
pub use train_cnn::train_cnn;
pub use training::{Epoched, NotTrained, TrainedEpoch, Training};
pub use training_log::{Entry, Figures, LogError, LogVersion, Origin, TrainingLog};
