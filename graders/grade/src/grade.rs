//! A milestone's grade: criteria, score, level, and what it was derived from.

use serde::{Deserialize, Serialize};

use crate::{CheckResult, ComponentId, Criterion, Level, Rubric, Status};

/// A milestone's grade with everything that it was derived from. The same component, seed, data and tool give
/// the same value, bit for bit: times are kept elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grade {
    /// The milestone's number.
    pub milestone: u32,
    /// The milestone's name.
    pub name: String,
    /// Which bytes were graded.
    pub component: ComponentId,
    /// Where the cases came from.
    pub seed: SeedUsed,
    /// What the accuracy was measured on.
    pub data: DataUsed,
    /// From 0 to 100, over the criteria that are decided.
    pub score: f64,
    /// What that score is called.
    pub level: Level,
    /// Whether a criterion still awaits review or a check was not run.
    pub provisional: bool,
    /// In the rubric's order.
    pub criteria: Vec<CriterionGrade>,
}

/// A criterion's part of a grade.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CriterionGrade {
    /// The criterion's name.
    pub name: String,
    /// Percent of the milestone.
    pub share: f64,
    /// From 0 to 1: the weighted mean of its decided checks; `None` while none is decided.
    pub score: Option<f64>,
    /// In the rubric's order.
    pub checks: Vec<CheckResult>,
}

/// Where the cases came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeedUsed {
    /// The seed that every student has: failed cases are shown whole.
    Public,
    /// A course's secret one, known here by the SHA-256 of the derived seed: expected values stay hidden.
    Secret(String),
}

/// What the accuracy was measured on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataUsed {
    /// For example `tinydigits`.
    pub name: String,
    /// How many examples the accuracy was measured on.
    pub examples: u64,
    /// What it stands in for, for example `MNIST`; `None` where it is what the milestone asks for.
    pub stands_in_for: Option<String>,
    /// The digest of what somebody imported where that is not what was published; `None` where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported_sha256: Option<String>,
}

impl Grade {
    /// The grade that `rubric` gives to these results; every check of the rubric must have one.
    ///
    /// The score is the mean of the criteria, weighted by their shares; a criterion's is the mean of its decided
    /// checks, weighted as the rubric says, and one without any does not count. With nothing decided the score is
    /// 0 and provisional.
    ///
    /// # Panics
    ///
    /// If a check of the rubric has no result.
    pub fn new(
        rubric: &Rubric,
        component: ComponentId,
        seed: SeedUsed,
        data: DataUsed,
        results: &[CheckResult],
    ) -> Self {
        let criteria: Vec<_> =
            rubric.criteria.iter().map(|criterion| CriterionGrade::new(criterion, results)).collect();
        let decided: f64 = criteria.iter().filter(|c| c.score.is_some()).map(|c| c.share).sum();
        let points: f64 = criteria.iter().filter_map(|c| c.score.map(|score| score * c.share)).sum();
        let score = if decided > 0.0 { 100.0 * points / decided } else { 0.0 };
        Self {
            milestone: rubric.number,
            name: rubric.name.clone(),
            component,
            seed,
            data,
            score,
            level: Level::of(score),
            provisional: criteria.iter().flat_map(|c| &c.checks).any(|check| !check.is_decided()),
            criteria,
        }
    }

    /// Whether every check that a machine decides has passed; one that was not run has not.
    pub fn all_passed(&self) -> bool {
        self.checks().all(|check| matches!(check.status, Status::Passed | Status::AwaitingReview))
    }

    /// Every check in the rubric's order.
    pub fn checks(&self) -> impl Iterator<Item = &CheckResult> {
        self.criteria.iter().flat_map(|criterion| &criterion.checks)
    }
}

impl CriterionGrade {
    fn new(criterion: &Criterion, results: &[CheckResult]) -> Self {
        let find = |name: &str| {
            results
                .iter()
                .find(|result| result.name == name)
                .unwrap_or_else(|| panic!("no result of '{name}'"))
        };
        let checks: Vec<_> = criterion.checks.iter().map(|rule| find(&rule.name).clone()).collect();
        let decided = criterion.checks.iter().zip(&checks).filter(|(_, check)| check.is_decided());
        let (points, weight) = decided
            .fold((0.0, 0.0), |(p, w), (rule, check)| (p + check.score * rule.weight, w + rule.weight));
        let score = (weight > 0.0).then(|| points / weight);
        Self { name: criterion.name.clone(), share: criterion.share, score, checks }
    }
}
