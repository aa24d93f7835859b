//! The report of a class: how it did, where everybody is, who needs help, what could be taught otherwise.
//!
//! For instructors alone: it has everybody's names. What its figures are is decided by
//! [`tito_gradebook::analytics`].

mod csv;
mod html;
mod json;
mod markdown;
mod terminal;
mod words;

pub use csv::csv;
pub use html::html;
pub use json::json;
pub use markdown::markdown;
pub use terminal::{analysis, progress, struggling, terminal};

use jiff::Timestamp;
use tito_gradebook::{
    Gradebook,
    analytics::{self, Analysis, AtRisk, Progress},
};

use crate::{Audience, Tool};

/// One class's report.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassReport {
    /// What made it.
    pub tool: Tool,
    /// The course's name.
    pub course: String,
    /// What the class is called on the command line.
    pub class: String,
    /// Where everybody is.
    pub progress: Progress,
    /// How the class did, one milestone after the other.
    pub analyses: Vec<Analysis>,
    /// Who needs help, whoever needs it most first.
    pub at_risk: Vec<AtRisk>,
    /// The score from 0 to 100 below which a milestone went badly.
    pub threshold: f64,
}

impl ClassReport {
    /// Who may read it.
    pub(crate) const AUDIENCE: Audience = Audience::Instructor;

    /// What a gradebook says of its class as of `now`; `None` before the course has decided anything.
    pub fn new(tool: Tool, gradebook: &Gradebook, threshold: f64, now: Timestamp) -> Option<Self> {
        let rules = gradebook.rules.as_ref()?;
        let milestones = rules.milestones.iter();
        Some(Self {
            tool,
            course: rules.course.clone(),
            class: rules.class.clone(),
            progress: analytics::progress(gradebook, now),
            analyses: milestones
                .filter_map(|rules| analytics::analyze(gradebook, rules.number, now))
                .collect(),
            at_risk: analytics::struggling(gradebook, threshold, now),
            threshold,
        })
    }
}
