//! What the instructor could change, where a whole class has trouble.

use serde::Serialize;
use tito_grade::{Number, points};

use super::{
    Accuracy, CohortDrop, FEW, Share, Topic,
    class::{Class, Stand, share},
};
use crate::State;

/// Where a whole class has trouble; said of at least [`FEW`] students, and only while at most 20 % of the enrolled wait to be
/// graded in the milestone.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ContentIssue {
    /// In which milestone.
    pub milestone: u32,
    /// What should be taught otherwise.
    pub topic: Topic,
    /// How that is known.
    pub finding: Finding,
    /// The same as one or two sentences for the instructor.
    pub text: String,
}

/// How trouble of a class is known.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Finding {
    /// Fewer than 70 % completed it.
    FewComplete {
        /// Of those who are graded or overdue.
        completed: Share,
    },
    /// The median accuracy is below 70 %.
    LowAccuracy {
        /// From 0 to 1.
        median: f64,
        /// How many are below 70 %, of those for whom it was measured.
        below: Share,
    },
    /// The same students have at least ten points less than in the milestone before.
    Drop(CohortDrop),
}

/// The percentage of a class that should complete milestone 2.
const COMPLETE: f64 = 70.0;

/// The accuracy from which on a network of milestone 4 is `Developing`.
const ACCURATE: f64 = 0.7;

/// The percentage of those who are enrolled of whom more must not wait to be graded.
const WAITING: f64 = 20.0;

/// By how many points a class's mean falls that has trouble.
const DROP: f64 = 10.0;

impl ContentIssue {
    /// Every issue of a class, in the order of milestones.
    pub(crate) fn all(class: &Class<'_>) -> Vec<Self> {
        let issues =
            [few_complete(class, 2), low_accuracy(class, 4), drop_at(class, 5)].into_iter().flatten();
        issues.filter(|issue| !is_early(class, issue.milestone)).collect()
    }
}

/// Whether so many wait to be graded in a milestone that the others do not stand for the class.
fn is_early(class: &Class<'_>, milestone: u32) -> bool {
    let waiting = Share::counted(class.milestone(milestone).map(|stand| stand.is(State::Waiting)));
    waiting.percent.is_some_and(|percent| percent > WAITING)
}

fn few_complete(class: &Class<'_>, milestone: u32) -> Option<ContentIssue> {
    let decided: Vec<_> = class.milestone(milestone).filter(|stand| stand.is_decided()).collect();
    let completed = share(&decided, Stand::is_completed);
    let percent = completed.percent.filter(|percent| completed.of >= FEW && *percent < COMPLETE)?;
    let text = format!(
        "{} of {} ({} %) completed milestone {milestone}, fewer than {} %. Teach convolution anew before going on: loops \
         over small images on paper, then stride, padding and channels, with the hardest checks as exercises.",
        completed.count,
        completed.of,
        points(percent),
        Number(COMPLETE),
    );
    let finding = Finding::FewComplete { completed };
    Some(ContentIssue { milestone, topic: Topic::Convolution, finding, text })
}

fn low_accuracy(class: &Class<'_>, milestone: u32) -> Option<ContentIssue> {
    let accuracy = Accuracy::of(milestone, class.milestone(milestone))?;
    let (n, median) = (accuracy.spread.n, accuracy.spread.median);
    let below = (n >= FEW && median < ACCURATE).then(|| accuracy.below(ACCURATE))?;
    let text = format!(
        "The median accuracy of {n} networks in milestone {milestone} is {} %, and {} of them are below {} %. Spend more on \
         training: learning rates and schedules, augmentation, when to stop, and how to read a learning curve.",
        points(100.0 * median),
        below.count,
        points(100.0 * ACCURATE),
    );
    let finding = Finding::LowAccuracy { median, below };
    Some(ContentIssue { milestone, topic: Topic::Training, finding, text })
}

fn drop_at(class: &Class<'_>, milestone: u32) -> Option<ContentIssue> {
    let drop = CohortDrop::all(class).into_iter().find(|drop| drop.to == milestone)?;
    let (before, after) = drop.mean_before.zip(drop.mean_after)?;
    if drop.n < FEW || before - after < DROP {
        return None;
    }
    let text = format!(
        "The mean of the {} students who have a score in both falls from {} in milestone {} to {} in milestone {milestone}. \
         Speak about framework design: interfaces that text and images share, and what to refactor before the last module.",
        drop.n,
        points(before),
        drop.from,
        points(after),
    );
    Some(ContentIssue { milestone, topic: Topic::FrameworkDesign, finding: Finding::Drop(drop), text })
}
