//! One thing that happened, as the log keeps it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tito_grade::ComponentId;

use crate::{Conditions, Outcome, Rules, Student};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When, by the clock of the machine that noted it; nothing is graded by it.
    pub at: Timestamp,
    /// Who: the name of the account that ran tito, or what it was told.
    pub by: String,
    /// Sixteen random bytes in hexadecimal. The log publishes digests of entries; with it nobody can find out by trying
    /// which grade a digest stands for.
    pub nonce: String,
    /// What.
    pub event: Event,
}

/// What can happen in a course.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// The course decided, or decided anew.
    Configured {
        /// What holds from now on, for what was before as well.
        rules: Rules,
    },
    /// Somebody takes the course, or is called otherwise from now on.
    Enrolled {
        /// Who.
        student: Student,
    },
    /// Somebody has left.
    Withdrawn {
        /// Who.
        student: String,
        /// Why.
        reason: String,
    },
    /// Something was handed in.
    Received {
        /// SHA-256 of the submission's manifest, which is its name.
        submission: String,
        /// Whose.
        student: String,
        /// For which milestone.
        milestone: u32,
        /// When it was handed in, by which lateness is reckoned.
        submitted: Timestamp,
        /// How that is known.
        time_from: TimeFrom,
        /// The component in it; `None` where what was handed in could not be read.
        component: Option<ComponentId>,
    },
    /// A submission was graded, or graded again.
    Graded {
        /// Which.
        submission: String,
        /// By what.
        conditions: Conditions,
        /// What was found.
        outcome: Outcome,
        /// SHA-256 of what was seen of the machine meanwhile, such as times, in the store: another run sees something else, and
        /// no score depends on it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        observed: Option<String>,
    },
    /// A person corrected when a submission was handed in.
    Retimed {
        /// Which.
        submission: String,
        /// When it was, by which lateness and the order of attempts are reckoned from now on.
        submitted: Timestamp,
        /// Why, as the student reads it.
        reason: String,
    },
    /// A person decided that a submission is no attempt, for example since it was somebody else's or the wrong file.
    Voided {
        /// Which.
        submission: String,
        /// Why, as the student reads it.
        reason: String,
    },
    /// A person decided what awaited review.
    Scored {
        /// Of which submission.
        submission: String,
        /// Which check.
        check: String,
        /// From 0 to 1.
        score: f64,
        /// What the student shall read.
        comment: String,
    },
    /// A person set a milestone's score, whatever was found.
    Overridden {
        /// Whose.
        student: String,
        /// Which milestone.
        milestone: u32,
        /// From 0 to 100; `None` takes it back.
        score: Option<f64>,
        /// Why.
        reason: String,
    },
    /// Somebody has more time.
    Extended {
        /// Who.
        student: String,
        /// For which milestone; `None` for all of them, which is an accommodation.
        milestone: Option<u32>,
        /// How many days more; what was given before for the same is replaced.
        days: f64,
        /// Why.
        reason: String,
    },
    /// A milestone does not count for somebody, or counts again.
    Excused {
        /// Who.
        student: String,
        /// Which milestone.
        milestone: u32,
        /// Whether it does not count.
        excused: bool,
        /// Why.
        reason: String,
    },
    /// Grades were given to another system.
    Exported {
        /// To which, for example `canvas-csv`.
        to: String,
        /// SHA-256 of what was written.
        sha256: String,
    },
}

/// How the time of a submission is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeFrom {
    /// Whoever received it said so.
    Told,
    /// The system that exported it has written it down.
    Export,
    /// The system that exported it did not mark it as late, so that it counts as handed in when it was due.
    NotMarkedLate,
    /// It is when tito received it, since nobody knows better.
    Receipt,
}
