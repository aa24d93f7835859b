//! What an instructor asks of a whole class: how it did, where everybody is, who needs help, what to teach otherwise.
//!
//! Pure functions of a [`Gradebook`](crate::Gradebook) and the time of the report. Whoever left is in none of them. Every
//! figure comes with what it is of: a [`Share`] has its whole, a [`Spread`] how many values it describes, and a figure of
//! nothing is `None` and never NaN. How they are shown is left to `tito-report`.

mod accuracy;
mod advice;
mod analysis;
mod at_risk;
mod class;
mod cohort;
mod correlation;
mod curve;
mod improvement;
mod issue;
mod item;
mod progress;
mod reason;
mod share;
mod spread;

pub use accuracy::{Accuracy, Band};
pub use advice::{Advice, Topic};
pub use analysis::{Analysis, Failure, LevelShare, Refusals, analyze};
pub use at_risk::{AtRisk, WeakCriterion, struggling};
pub use cohort::CohortDrop;
pub use curve::{Curve, CurvePoint};
pub use improvement::{Improvement, Improvements, Seen, Skill};
pub use issue::{ContentIssue, Finding};
pub use item::{CriterionFigures, Flag, Item};
pub use progress::{MilestoneProgress, Place, Progress, StudentProgress, progress};
pub use reason::Reason;
pub use share::Share;
pub use spread::{Bin, Spread};

/// A score from which on a milestone is completed: the level [`Developing`](tito_grade::Level::Developing).
pub const COMPLETED: f64 = 70.0;

/// Below so many people nothing is said about a class: one person is a fifth of it.
pub const FEW: usize = 5;

/// Below so many people a correlation says nothing.
pub const TOO_FEW_TO_CORRELATE: usize = 10;
