//! A milestone's grade: criteria, score, level, and what it was derived from.

use serde::{Deserialize, Serialize};

use crate::{CheckResult, CheckRule, ComponentId, Criterion, Level, Rubric, Status, weighted_mean};

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
        let criteria = rubric.criteria.iter().map(|criterion| CriterionGrade::new(criterion, results));
        let mut grade = Self {
            milestone: rubric.number,
            name: rubric.name.clone(),
            component,
            seed,
            data,
            score: 0.0,
            level: Level::of(0.0),
            provisional: true,
            criteria: criteria.collect(),
        };
        grade.settle();
        grade
    }

    /// Takes every mean anew from the checks, of which a person may have decided some meanwhile.
    pub fn settle(&mut self) {
        self.criteria.iter_mut().for_each(CriterionGrade::settle);
        let decided = self.criteria.iter().filter_map(|c| c.score.map(|score| (score, c.share)));
        self.score = weighted_mean(100.0, decided).unwrap_or(0.0);
        self.level = Level::of(self.score);
        let is_provisional = self.checks().any(|check| !check.is_decided());
        self.provisional = is_provisional;
    }

    /// Whether every check that a machine decides has passed, or is right in part; one that was not run is not.
    pub fn all_passed(&self) -> bool {
        let is_well = |check: &CheckResult| {
            matches!(check.status, Status::Passed | Status::AwaitingReview) || check.is_right_in_part()
        };
        self.checks().all(is_well)
    }

    /// Every check in the rubric's order.
    pub fn checks(&self) -> impl Iterator<Item = &CheckResult> {
        self.criteria.iter().flat_map(|criterion| &criterion.checks)
    }
}

impl CriterionGrade {
    fn new(criterion: &Criterion, results: &[CheckResult]) -> Self {
        let weighted = |rule: &CheckRule| {
            let result = results.iter().find(|result| result.name == rule.name);
            let result = result.unwrap_or_else(|| panic!("no result of '{}'", rule.name));
            CheckResult { weight: rule.weight, ..result.clone() }
        };
        let checks = criterion.checks.iter().map(weighted).collect();
        Self { name: criterion.name.clone(), share: criterion.share, score: None, checks }
    }

    fn settle(&mut self) {
        let decided = self.checks.iter().filter(|check| check.is_decided());
        self.score = weighted_mean(1.0, decided.map(|check| (check.score, check.weight)));
    }
}
