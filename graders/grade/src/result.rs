//! How one check ended.

use serde::{Deserialize, Serialize};

use crate::Evidence;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Every part of it was right: the score is 1.
    Passed,
    /// Something was wrong, or the export that it needs is missing.
    Failed,
    /// A person judges; what was measured stands in the evidence as a suggestion.
    AwaitingReview,
    /// It could not be run, for a reason that is not the submission's; never counted as passed.
    NotRun,
}

/// One check of a milestone, ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// The check's name, unique in its milestone.
    pub name: String,
    /// What it asks, as a sentence for students.
    pub asks: String,
    /// What it weighs in its criterion, as the rubric says.
    pub weight: f64,
    /// How it ended.
    pub status: Status,
    /// From 0 to 1. A suggestion while it awaits review.
    pub score: f64,
    /// Why.
    pub evidence: Evidence,
}

impl CheckResult {
    /// Whether the score counts already: a check that awaits review or was not run does not.
    pub fn is_decided(&self) -> bool {
        matches!(self.status, Status::Passed | Status::Failed)
    }

    /// Whether nothing was wrong, and what lacks of the points lacks because others do it better: 77 of 80 percent of images,
    /// or half of the way to good loops.
    pub fn is_right_in_part(&self) -> bool {
        self.status == Status::Failed && self.evidence.failed == 0 && self.score > 0.0
    }
}
