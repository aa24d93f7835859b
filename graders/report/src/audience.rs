//! Who reads a report, and what a hidden case may tell that reader.

use serde::Serialize;
use tito_grade::{CaseEvidence, Evidence, Grade, Hint, SeedUsed};

/// Who reads a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Sees failed cases whole where the seed is public, and no hidden case.
    Student,
    /// Sees everything.
    Instructor,
}

impl Audience {
    /// What a report says of itself that students shall not get by mistake; `has_hidden` is whether any of its cases is hidden
    /// from them.
    pub(crate) fn notice(self, has_hidden: bool) -> Option<&'static str> {
        match self {
            Self::Student => None,
            Self::Instructor if has_hidden => Some("For instructors: it has hidden cases"),
            Self::Instructor => Some("For instructors"),
        }
    }

    /// Takes out of `grade` what this reader may not see.
    ///
    /// Under a secret seed a student keeps each check's status, score, summary, counts and measures, and the
    /// misconceptions that were recognised, each once. The cases themselves go: what was asked and expected,
    /// and all that came back, because a guest can write its hidden input into the text of a fault.
    pub(crate) fn redact(self, grade: &mut Grade) {
        if self == Self::Student && matches!(grade.seed, SeedUsed::Secret(_)) {
            for check in grade.criteria.iter_mut().flat_map(|criterion| &mut criterion.checks) {
                hide_cases(&mut check.evidence);
            }
        }
    }
}

fn hide_cases(evidence: &mut Evidence) {
    let mut hints: Vec<Hint> = Vec::new();
    for hint in evidence.failures.drain(..).filter_map(|failure| failure.hint) {
        if !hints.contains(&hint) {
            hints.push(hint);
        }
    }
    evidence.failures = hints.into_iter().map(hidden).collect();
}

fn hidden(hint: Hint) -> CaseEvidence {
    CaseEvidence {
        asked: "a hidden case".into(),
        came_back: "no right answer; under the public seed the same check shows its cases whole".into(),
        mismatch: None,
        hint: Some(hint),
    }
}
