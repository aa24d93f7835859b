//! What becomes of the same students from one milestone to the next.

use serde::Serialize;

use super::{Share, class::Class};

/// What becomes of the same students from one milestone to the next.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CohortDrop {
    /// The milestone before.
    pub from: u32,
    /// The milestone after.
    pub to: u32,
    /// Who handed something in for the second or has a score in it, of those who have a score in the first and of whom it is
    /// known: their second is not excused, and came or is overdue.
    pub went_on: Share,
    /// How many have a score in both; the denominator of the rest.
    pub n: usize,
    /// Their mean in the first; `None` of none, as the next two.
    pub mean_before: Option<f64>,
    /// Their mean in the second.
    pub mean_after: Option<f64>,
    /// How many points more the mean is in the second; less than 0 for a drop.
    pub change: Option<f64>,
}

impl CohortDrop {
    /// Between every two milestones that follow each other in the course.
    pub(crate) fn all(class: &Class<'_>) -> Vec<Self> {
        let numbers = class.students.first().map(|student| &student.milestones);
        let numbers: Vec<_> = numbers.into_iter().flatten().map(|stand| stand.rules.number).collect();
        numbers.windows(2).map(|pair| Self::of(class, pair[0], pair[1])).collect()
    }

    fn of(class: &Class<'_>, from: u32, to: u32) -> Self {
        let pairs = class.students.iter().filter_map(|student| {
            let (before, after) = (student.milestone(from)?, student.milestone(to)?);
            before.score().map(|score| (score, after))
        });
        let came = pairs.clone().filter_map(|(_, after)| after.came());
        let both: Vec<_> = pairs.filter_map(|(before, after)| Some((before, after.score()?))).collect();
        let mean_before = mean(both.iter().map(|(before, _)| *before));
        let mean_after = mean(both.iter().map(|(_, after)| *after));
        Self {
            from,
            to,
            went_on: Share::counted(came),
            n: both.len(),
            mean_before,
            mean_after,
            change: mean_after.zip(mean_before).map(|(after, before)| after - before),
        }
    }
}

/// The same to the last bit in whatever order.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    super::Spread::of(values).map(|spread| spread.mean)
}
