//! Who reads a report, and what a hidden case may tell that reader.

use tito_grade::{CaseEvidence, Evidence, Grade, Hint, SeedUsed};

/// Who reads a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Sees failed cases whole where the seed is public, and no hidden case.
    Student,
    /// Sees everything.
    Instructor,
}

impl Audience {
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
