//! What a milestone promises: criteria, shares, checks and their weights, read from `milestone.toml`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A milestone's rubric. Unknown keys are errors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rubric {
    /// 1 to 5.
    pub number: u32,
    /// For example `Basic Inference`.
    pub name: String,
    /// What a student can say who has reached it.
    pub capability: String,
    /// Percent of the course.
    pub weight: f64,
    /// The TinyTorch module after which it is due.
    pub after_module: String,
    /// The world that a component must export.
    pub world: String,
    /// In the order of the report; their shares add up to 100.
    pub criteria: Vec<Criterion>,
}

/// A part of a milestone's grade.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Criterion {
    /// For example `Mathematical correctness`.
    pub name: String,
    /// Percent of the milestone.
    pub share: f64,
    /// The checks that decide it, in the order in which they run.
    pub checks: Vec<CheckRule>,
}

/// A check and what it weighs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CheckRule {
    /// Unique in the milestone.
    pub name: String,
    /// Relative to the other checks of the criterion.
    pub weight: f64,
    /// What it asks, as a sentence for students.
    pub asks: String,
    /// How what it finds becomes a score.
    #[serde(default)]
    pub scoring: Scoring,
}

/// How what a check finds becomes a score from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Scoring {
    /// The share of cases that passed, but no more than half while any failed.
    #[default]
    Cases,
    /// 1 where every case passed, else 0: half of a proof is none.
    AllOrNothing,
    /// 1 from `full` on, 0 up to `none`, linear between; both as fractions.
    Accuracy {
        /// The accuracy of full marks.
        full: f64,
        /// The accuracy that is worth nothing, that of guessing.
        none: f64,
    },
    /// 1 from this share of the native trainer's accuracy on, 0 up to guessing, linear between.
    OfNative {
        /// The share of full marks.
        full: f64,
    },
    /// What was measured as speed, from that of plain loops, 0, to that of good ones, 1.
    Speed,
    /// 1 from `full` on, 0 up to `none`, linear between; both as shares of the vision component's code. No more than
    /// the part of [`SHARE_OF_LANGUAGE`](Self::SHARE_OF_LANGUAGE) of its own work that the language component has that code
    /// do: a framework that only stands beside another one is not used again.
    Retention {
        /// The share of full marks.
        full: f64,
        /// The share that is worth nothing.
        none: f64,
    },
    /// 1 from the native trainer on, 0 up to what is known without learning, linear between: the check measures how much of
    /// that way was gone.
    Progress,
    /// A person decides.
    Review,
}

impl Scoring {
    /// The share of a language component's own work that code of the vision component does where both are one framework, at
    /// least: in two that stand side by side it is nothing, in honest ones it was three quarters and more.
    pub const SHARE_OF_LANGUAGE: f64 = 0.25;

    /// The score from 0 to 1 of what was measured under the names `accuracy`, for [`OfNative`](Self::OfNative)
    /// `native_accuracy` and `guessing` as well, for [`Speed`](Self::Speed) `speed`, for [`Progress`](Self::Progress)
    /// `progress`, and for [`Retention`](Self::Retention) `retention` and `share_of_language`; what was not measured is 0.
    /// `None` for a scoring that is not by such a figure.
    pub fn of_accuracy(self, measured: impl Fn(&str) -> Option<f64>) -> Option<f64> {
        let measured = |name| measured(name).unwrap_or_default();
        let (found, full, none) = match self {
            Self::Accuracy { full, none } => (measured("accuracy"), full, none),
            Self::OfNative { full } => {
                (measured("accuracy"), full * measured("native_accuracy"), measured("guessing"))
            }
            Self::Speed => (measured("speed"), 1.0, 0.0),
            Self::Retention { full, none } => (measured("retention"), full, none),
            Self::Progress => (measured("progress"), 1.0, 0.0),
            Self::Cases | Self::AllOrNothing | Self::Review => return None,
        };
        let score = line(found, none, full);
        let is_reuse = matches!(self, Self::Retention { .. });
        Some(if is_reuse {
            score.min(line(measured("share_of_language"), 0.0, Self::SHARE_OF_LANGUAGE))
        } else {
            score
        })
    }
}

/// 0 up to `none`, 1 from `full` on, linear between; written so that NaN is worth nothing.
fn line(found: f64, none: f64, full: f64) -> f64 {
    let score = (found - none) / (full - none);
    if score > 0.0 && full > none { score.min(1.0) } else { 0.0 }
}

/// Why a text is not a rubric.
#[derive(Debug, Error)]
pub enum RubricError {
    /// It is not TOML of this form.
    #[error("cannot read the rubric: {0}")]
    Syntax(#[from] toml::de::Error),
    /// It reads well and means nothing.
    #[error("rubric of milestone {milestone}: {problem}")]
    Meaning {
        /// The milestone's number.
        milestone: u32,
        /// What is wrong with it.
        problem: String,
    },
}

impl Rubric {
    /// Reads a `milestone.toml`.
    ///
    /// # Errors
    ///
    /// If the text is not TOML of this form, if shares do not add up to 100, if a weight is not positive or if
    /// a check's name stands twice.
    pub fn parse(text: &str) -> Result<Self, RubricError> {
        let rubric: Self = toml::from_str(text)?;
        match rubric.problem() {
            None => Ok(rubric),
            Some(problem) => Err(RubricError::Meaning { milestone: rubric.number, problem }),
        }
    }

    /// Every check with its criterion, in the order of the report.
    pub fn checks(&self) -> impl Iterator<Item = (&Criterion, &CheckRule)> {
        self.criteria
            .iter()
            .flat_map(|criterion| criterion.checks.iter().map(move |check| (criterion, check)))
    }

    fn problem(&self) -> Option<String> {
        let shares: f64 = self.criteria.iter().map(|criterion| criterion.share).sum();
        if (shares - 100.0).abs() > 1e-9 {
            return Some(format!("the shares add up to {shares}, not to 100"));
        }
        if let Some(empty) = self.criteria.iter().find(|criterion| criterion.checks.is_empty()) {
            return Some(format!("criterion '{}' has no checks", empty.name));
        }
        let mut seen = BTreeSet::new();
        self.checks().find_map(|(_, check)| check.problem(seen.insert(&check.name)))
    }
}

impl CheckRule {
    fn problem(&self, is_new: bool) -> Option<String> {
        if !is_new {
            return Some(format!("check '{}' stands twice", self.name));
        }
        if !(self.weight > 0.0 && self.weight.is_finite()) {
            return Some(format!("check '{}' weighs {}, which is not positive", self.name, self.weight));
        }
        match self.scoring {
            Scoring::Accuracy { full, none } | Scoring::Retention { full, none }
                if !(0.0 <= none && none < full && full <= 1.0) =>
            {
                Some(format!("check '{}' wants 0 <= none < full <= 1, not {none} and {full}", self.name))
            }
            Scoring::OfNative { full } if !(0.0 < full && full <= 1.0) => {
                Some(format!("check '{}' wants 0 < full <= 1, not {full}", self.name))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        number = 1
        name = "N"
        capability = "C"
        weight = 15
        after-module = "04"
        world = "inference"
        [[criteria]]
        name = "A"
        share = 100
        [[criteria.checks]]
        name = "dense"
        weight = 1
        asks = "?"
    "#;

    #[track_caller]
    fn check(change: (&str, &str), expected: &str) {
        let error = Rubric::parse(&SMALL.replace(change.0, change.1)).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_small_rubric_is_read() {
        assert_eq!(Rubric::parse(SMALL).unwrap().checks().count(), 1);
    }

    #[test]
    fn what_is_wrong_is_named() {
        check(("share = 100", "share = 90"), "the shares add up to 90, not to 100");
        check(("weight = 1\n", "weight = 0\n"), "check 'dense' weighs 0");
        check(("asks = \"?\"", "asks = \"?\"\nask = 1"), "unknown field `ask`");
        check(
            ("asks = \"?\"", "asks = \"?\"\nscoring = { accuracy = { full = 0.1, none = 0.2 } }"),
            "none < full",
        );
    }

    #[test]
    fn accuracy_is_linear_between_its_ends() {
        let scoring = Scoring::Accuracy { full: 0.85, none: 0.1 };
        let of = |scoring: Scoring, accuracy: f64| {
            scoring.of_accuracy(|name| match name {
                "accuracy" => Some(accuracy),
                "native_accuracy" => Some(0.6),
                _ => Some(0.1),
            })
        };
        for (accuracy, score) in [(0.97, 1.0), (0.05, 0.0), (0.475, 0.5), (f64::NAN, 0.0)] {
            let found = of(scoring, accuracy).unwrap();
            assert!((found - score).abs() < 1e-12, "{accuracy}: {found}");
        }
        for (accuracy, score) in [(0.7, 1.0), (0.54, 1.0), (0.32, 0.5), (0.1, 0.0), (f64::NAN, 0.0)] {
            let found = of(Scoring::OfNative { full: 0.9 }, accuracy).unwrap();
            assert!((found - score).abs() < 1e-12, "{accuracy} of the native: {found}");
        }
        assert_eq!(Scoring::OfNative { full: 0.9 }.of_accuracy(|_| None), Some(0.0));
        let retention = Scoring::Retention { full: 0.95, none: 0.5 };
        for (kept, share, score) in
            [(0.993, 0.75, 1.0), (0.993, 0.0, 0.0), (0.97, 0.125, 0.5), (0.725, 0.75, 0.5), (0.3, 0.75, 0.0)]
        {
            let found = retention.of_accuracy(|name| Some(if name == "retention" { kept } else { share }));
            assert!((found.unwrap() - score).abs() < 1e-12, "{kept} and {share}: {found:?}");
        }
        for speed in [0.0, 0.25, 1.0] {
            assert_eq!(Scoring::Speed.of_accuracy(|name| (name == "speed").then_some(speed)), Some(speed));
        }
        for (progress, score) in [(-2.0, 0.0), (0.25, 0.25), (1.5, 1.0), (f64::NAN, 0.0)] {
            let found = Scoring::Progress.of_accuracy(|name| (name == "progress").then_some(progress));
            assert_eq!(found, Some(score));
        }
    }
}
