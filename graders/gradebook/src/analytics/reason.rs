//! Why somebody is at risk.

use serde::Serialize;

use super::{
    Topic,
    class::{Stand, Standing},
};
use crate::{Outcome, State};

/// Why somebody is at risk.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Reason {
    /// Nothing was handed in for the last two milestones that were due, nor for any after them.
    Stopped {
        /// Which these were.
        milestones: [u32; 2],
    },
    /// Nothing came until a milestone was due, with extension and grace.
    Missing {
        /// Which.
        milestone: u32,
    },
    /// A milestone's score is below the threshold.
    BelowThreshold {
        /// Which.
        milestone: u32,
        /// From 0 to 100.
        score: f64,
        /// From 0 to 100.
        threshold: f64,
    },
    /// Submissions for a milestone were refused twice or more often before they ran, and it is not completed.
    Refused {
        /// Which.
        milestone: u32,
        /// How many.
        times: usize,
        /// Of how many attempts.
        of: usize,
    },
    /// The last graded attempt at a milestone is not a point better than the first, and both are below the threshold.
    NoProgress {
        /// Which.
        milestone: u32,
        /// How many attempts were graded.
        attempts: usize,
        /// What the first one reached by its checks, before lateness.
        first: f64,
        /// What the last one reached.
        last: f64,
    },
    /// There are at least 15 points less than in the milestone before that has a score.
    Drop {
        /// The milestone before.
        from: u32,
        /// Which.
        milestone: u32,
        /// The score before.
        before: f64,
        /// The score now.
        after: f64,
    },
    /// Whatever counts was late, in two milestones or more.
    LateAlways {
        /// In how many.
        milestones: usize,
    },
}

/// How many points less than in the milestone before are a drop.
const DROP: f64 = 15.0;

/// How many points make an attempt better than another.
const PROGRESS: f64 = 1.0;

impl Reason {
    /// How grave it is. Whoever stopped comes before whoever misses one milestone, and those before whoever is below the
    /// threshold, which weighs more the further below it is: up to twice as much.
    pub fn weight(&self) -> f64 {
        match self {
            Self::Stopped { .. } => 50.0,
            Self::Missing { .. } => 30.0,
            Self::BelowThreshold { score, threshold, .. } => {
                15.0 + 15.0 * (threshold - score) / threshold.max(f64::MIN_POSITIVE)
            }
            Self::NoProgress { .. } | Self::Refused { .. } => 15.0,
            Self::Drop { .. } => 10.0,
            Self::LateAlways { .. } => 5.0,
        }
    }

    /// The milestone that it is about, if it is one.
    pub fn milestone(&self) -> Option<u32> {
        match self {
            Self::Missing { milestone }
            | Self::BelowThreshold { milestone, .. }
            | Self::Refused { milestone, .. }
            | Self::NoProgress { milestone, .. }
            | Self::Drop { milestone, .. } => Some(*milestone),
            Self::Stopped { .. } | Self::LateAlways { .. } => None,
        }
    }

    /// What to look at.
    pub(crate) fn topic(&self) -> Option<Topic> {
        match self {
            Self::Stopped { .. } | Self::LateAlways { .. } => Some(Topic::Contact),
            Self::Refused { .. } => Some(Topic::Toolchain),
            Self::Missing { milestone }
            | Self::BelowThreshold { milestone, .. }
            | Self::NoProgress { milestone, .. }
            | Self::Drop { milestone, .. } => Topic::of_milestone(*milestone),
        }
    }

    /// Every reason why somebody is at risk, those about the whole course last.
    pub(crate) fn all(standing: &Standing<'_>, threshold: f64) -> Vec<Self> {
        let mut reasons = Vec::new();
        let mut before = None;
        for stand in standing.milestones.iter().filter(|stand| !stand.is(State::Excused)) {
            reasons.extend(of_milestone(stand, threshold));
            reasons.extend(drop(before, stand));
            before = stand.score().map(|score| (stand.rules.number, score)).or(before);
        }
        reasons.extend(late_always(standing));
        reasons.extend(standing.stopped().map(|milestones| Self::Stopped { milestones }));
        reasons
    }
}

fn of_milestone(stand: &Stand<'_>, threshold: f64) -> impl Iterator<Item = Reason> {
    let milestone = stand.rules.number;
    let missing = stand.is_overdue().then_some(Reason::Missing { milestone });
    let below = stand.score().filter(|score| *score < threshold);
    let below = below.map(|score| Reason::BelowThreshold { milestone, score, threshold });
    [missing, below, refused(stand), no_progress(stand, threshold)].into_iter().flatten()
}

fn refused(stand: &Stand<'_>) -> Option<Reason> {
    let attempts = stand.attempts();
    let outcomes = attempts.clone().filter_map(|attempt| attempt.graded()).map(|graded| &graded.outcome);
    let times = outcomes.filter(|outcome| matches!(outcome, Outcome::Refused { .. })).count();
    let (milestone, of) = (stand.rules.number, attempts.count());
    (times >= 2 && !stand.is_completed()).then_some(Reason::Refused { milestone, times, of })
}

fn no_progress(stand: &Stand<'_>, threshold: f64) -> Option<Reason> {
    let reached = stand.attempts().filter_map(|attempt| match &attempt.graded()?.outcome {
        Outcome::Graded(marks) => Some(marks.score()),
        Outcome::Refused { .. } | Outcome::Quarantined { .. } => None,
    });
    let reached: Vec<_> = reached.collect();
    let [first, .., last] = reached[..] else { return None };
    let is_below =
        last < threshold && first < threshold && !stand.score().is_some_and(|score| score >= threshold);
    let (milestone, attempts) = (stand.rules.number, reached.len());
    (is_below && last < first + PROGRESS).then_some(Reason::NoProgress { milestone, attempts, first, last })
}

fn drop(before: Option<(u32, f64)>, stand: &Stand<'_>) -> Option<Reason> {
    let ((from, before), after) = before.zip(stand.score())?;
    let milestone = stand.rules.number;
    (before - after >= DROP).then_some(Reason::Drop { from, milestone, before, after })
}

fn late_always(standing: &Standing<'_>) -> Option<Reason> {
    let counting = standing.milestones.iter().filter(|stand| stand.settled.submission.is_some());
    let is_always = counting.clone().all(|stand| stand.settled.days_late > 0);
    let milestones = counting.count();
    (is_always && milestones >= 2).then_some(Reason::LateAlways { milestones })
}
