//! How much of their gradings a course shows to its students.

use serde::{Deserialize, Serialize};
use tito_grade::{Evidence, Grade};

/// How much of their gradings a course shows to its students, each with what stands before it. What an
/// [`Audience`](crate::Audience) may not see stays hidden with all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Detail {
    /// Scores, how they came about, and those of the criteria.
    Scores,
    /// How every check ended, with one sentence and what was measured.
    Checks,
    /// Why: failed cases, tables, curves.
    #[default]
    Evidence,
}

impl Detail {
    /// Takes out of `grade` what is more than this.
    pub(crate) fn limit(self, grade: &mut Grade) {
        for criterion in &mut grade.criteria {
            match self {
                Self::Scores => criterion.checks.clear(),
                Self::Checks => criterion.checks.iter_mut().for_each(|check| shorten(&mut check.evidence)),
                Self::Evidence => {}
            }
        }
    }
}

/// Leaves one sentence and what was measured.
fn shorten(evidence: &mut Evidence) {
    evidence.failures.clear();
    evidence.tables.clear();
    evidence.plots.clear();
    evidence.observed.clear();
}
