//! The milestones: a rubric and its checks for each.
//!
//! A check asks cases of a submission through `tito-judge` and says what it found; what that is worth stands in
//! the milestone's rubric.

mod accuracy;
mod advanced_vision;
mod assignment;
mod basic_inference;
mod chained;
mod classroom;
mod compared;
mod computer_vision;
mod context;
mod curve;
mod faults;
mod full_training;
mod handed_training;
mod images;
mod initialisation;
mod language_generation;
mod memory;
mod milestone;
mod network;
mod own;
mod parameters;
mod plan;
mod profile;
mod reading;
mod run;
mod shapes;
mod toy;
mod train;
mod train_cnn;
mod training;
mod training_log;
mod written;
mod yardsticks;

pub use assignment::{Assignment, Drawn};
pub use classroom::{Learning, Watch};
pub use compared::{Compared, NO_VISION, Profiled};
pub use context::{Context, Speed};
pub use curve::{Curve, Point};
pub use handed_training::{HandedError, HandedTraining, TrainingFiles};
pub use images::Images;
pub use language_generation::{NativeText, comparison, native_both};
pub use memory::Memory;
pub use milestone::{Brings, Milestone, milestone, milestones};
pub use network::{Architecture, Network, permuted};
pub use own::{Networks, Own, OwnError};
pub use plan::Plan;
pub use profile::{Workload, profile, profile_limits};
pub use reading::Reading;
pub use run::{Progress, grade};
pub use train::{Recipe, train};
pub use train_cnn::train_cnn;
pub use training::{Epoched, NotTrained, TrainedEpoch, Training};
pub use training_log::{Entry, Figures, LogError, LogVersion, Origin, TrainingLog, tool};
pub use written::Written;
pub use yardsticks::{GIVEN, REFERENCE, TEXTBOOK, Yardsticks};
