//! What a grading found, as short as the gradebook needs it, and what it was derived from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tito_grade::{DataUsed, Grade, Number, SeedUsed, Status, weighted_mean};

/// How a grading ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// It was run.
    Graded(Marks),
    /// The gate turned it away, or the archive could not be read: worth nothing, and the student is told why.
    Refused {
        /// The rule's name, for example `function-locals`.
        rule: String,
        /// The thing, the figure, the limit and the way out.
        message: String,
    },
    /// Whatever runs it dies. No grade: somebody must look at it.
    Quarantined {
        /// How, in order.
        deaths: Vec<String>,
    },
}

/// A grade without its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marks {
    /// SHA-256 of the whole grade in the store.
    pub grade: String,
    /// In the rubric's order.
    pub criteria: Vec<CriterionMarks>,
    /// What was measured, as `check.measure`, for example `test-images.accuracy`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub measures: BTreeMap<String, Number>,
}

/// A criterion without its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CriterionMarks {
    /// The criterion's name.
    pub name: String,
    /// Percent of the milestone.
    pub share: f64,
    /// In the rubric's order.
    pub checks: Vec<CheckMarks>,
}

/// A check without its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckMarks {
    /// The check's name.
    pub name: String,
    /// What it weighs in its criterion.
    pub weight: f64,
    /// How it ended.
    pub status: Status,
    /// From 0 to 1; a suggestion while it awaits review.
    pub score: f64,
}

/// What a grading was derived from besides the submission: the same again give the same marks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conditions {
    /// The version of tito and what its program is, as SHA-256.
    pub grader: String,
    /// The version of wasmtime.
    pub engine: String,
    /// Where the cases came from.
    pub seed: SeedUsed,
    /// What accuracy was measured on.
    pub data: DataUsed,
    /// The submission whose component the code was compared with, in milestone 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vision: Option<String>,
    /// SHA-256 of the limits as JSON.
    pub limits: String,
    /// SHA-256 of the rubric as JSON.
    pub rubric: String,
}

impl Marks {
    /// Of a grade that the store keeps under this SHA-256.
    pub fn of(grade: &Grade, sha256: String) -> Self {
        let criteria = grade.criteria.iter().map(|criterion| CriterionMarks {
            name: criterion.name.clone(),
            share: criterion.share,
            checks: criterion
                .checks
                .iter()
                .map(|check| CheckMarks {
                    name: check.name.clone(),
                    weight: check.weight,
                    status: check.status,
                    score: check.score,
                })
                .collect(),
        });
        let measures = grade.checks().flat_map(|check| {
            let named = check.evidence.measures.iter();
            named.map(move |(measure, value)| (format!("{}.{measure}", check.name), *value))
        });
        Self { grade: sha256, criteria: criteria.collect(), measures: measures.collect() }
    }

    /// Every check in the rubric's order.
    pub fn checks(&self) -> impl Iterator<Item = &CheckMarks> {
        self.criteria.iter().flat_map(|criterion| &criterion.checks)
    }

    /// From 0 to 100 over the criteria that are decided: the same mean of means as [`Grade::new`] gives. 0 with nothing
    /// decided.
    pub fn score(&self) -> f64 {
        let decided = self.criteria.iter().filter_map(|c| c.score().map(|score| (score, c.share)));
        weighted_mean(100.0, decided).unwrap_or(0.0)
    }

    /// Whether a check still awaits review or was not run.
    pub fn is_provisional(&self) -> bool {
        self.checks().any(|check| !check.is_decided())
    }
}

impl CriterionMarks {
    /// From 0 to 1: the weighted mean of its decided checks; `None` while none is.
    pub fn score(&self) -> Option<f64> {
        let decided = self.checks.iter().filter(|check| check.is_decided());
        weighted_mean(1.0, decided.map(|check| (check.score, check.weight)))
    }
}

impl CheckMarks {
    /// Whether its score counts already.
    pub fn is_decided(&self) -> bool {
        matches!(self.status, Status::Passed | Status::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the log keeps is what was found, to the last digit: a grade that is derived again is held against it.
    #[test]
    fn marks_are_read_as_they_were_written() {
        let mut figure = 0.1_f64;
        for _ in 0..1_000 {
            figure = (figure * 997.3).fract() + 1e-7;
            let marks = Marks {
                grade: String::new(),
                criteria: Vec::new(),
                measures: [("check.accuracy".into(), figure.into())].into(),
            };
            let text = serde_json::to_string(&Outcome::Graded(marks.clone())).unwrap();
            assert_eq!(serde_json::from_str::<Outcome>(&text).unwrap(), Outcome::Graded(marks), "{figure}");
        }
    }
}
