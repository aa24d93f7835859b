//! How a check ended, as reports tell it.

use tito_grade::{CheckResult, Status};

/// How a check ended: a status, or a person's decision instead of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Failed,
    InPart,
    NotRun,
    AwaitingReview,
    Reviewed,
    Passed,
}

impl Ending {
    /// How `check` ended, of which a person has decided or not.
    pub(crate) fn of(check: &CheckResult, is_reviewed: bool) -> Self {
        match check.status {
            _ if is_reviewed => Self::Reviewed,
            _ if check.is_right_in_part() => Self::InPart,
            Status::Passed => Self::Passed,
            Status::Failed => Self::Failed,
            Status::AwaitingReview => Self::AwaitingReview,
            Status::NotRun => Self::NotRun,
        }
    }

    /// A sign of it.
    pub(crate) fn sign(self, unicode: bool) -> char {
        match (self, unicode) {
            (Self::Failed, true) => '✗',
            (Self::Failed, false) => 'x',
            (Self::InPart, true) => '◐',
            (Self::InPart, false) => '~',
            (Self::NotRun, true) => '○',
            (Self::NotRun, false) => '-',
            (Self::AwaitingReview, _) => '?',
            (Self::Reviewed, true) => '●',
            (Self::Reviewed, false) => '*',
            (Self::Passed, true) => '✓',
            (Self::Passed, false) => '+',
        }
    }

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::InPart => "right in part",
            Self::NotRun => "not run",
            Self::AwaitingReview => "awaiting review",
            Self::Reviewed => "reviewed",
            Self::Passed => "passed",
        }
    }
}
