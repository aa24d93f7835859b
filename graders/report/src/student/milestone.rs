//! One milestone of a student, as its reader may see it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use tito_grade::{CheckResult, CriterionGrade, Evidence, Grade, Level};
use tito_gradebook::{
    Attempt as Received, Case, CheckMarks, Decision, Graded, Marks, MilestoneRules, Outcome, Settled,
    TimeFrom,
};

use super::Sources;
use crate::Audience;

/// One milestone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Milestone {
    pub(crate) number: u32,
    pub(crate) name: String,
    /// Percent of the course.
    pub(crate) weight: f64,
    pub(crate) due: Option<Timestamp>,
    /// Days more that this student has.
    pub(crate) extension: f64,
    pub(crate) settled: Settled,
    pub(crate) attempts: Vec<Attempt>,
    /// Of the attempt that counts; where none does, of the last that was graded.
    pub(crate) grading: Option<Grading>,
}

/// Something that was handed in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Attempt {
    /// Counted from 1, in the order of submission.
    pub(crate) number: usize,
    /// SHA-256 of its manifest.
    pub(crate) submission: String,
    pub(crate) submitted: Timestamp,
    pub(crate) time_from: TimeFrom,
    pub(crate) counts: bool,
    /// What its checks give, from 0 to 100, before lateness.
    pub(crate) score: Option<f64>,
    #[serde(flatten)]
    pub(crate) end: End,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub(crate) enum End {
    Waiting,
    Graded,
    Refused { rule: String, message: String },
    Quarantined { deaths: Vec<String> },
    Void { reason: String },
}

/// A grade with what people decided.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grading {
    /// The number of the attempt.
    pub(crate) attempt: usize,
    pub(crate) grade: Grade,
    /// What people said, by the check that they decided.
    pub(crate) reviews: BTreeMap<String, String>,
}

impl Milestone {
    /// What `sources` say of this one.
    pub(super) fn new(rules: &MilestoneRules, settled: &Settled, sources: &Sources<'_>) -> Self {
        let nothing = Case::default();
        let case = sources.record.milestones.get(&rules.number).unwrap_or(&nothing);
        let extension = [&sources.record.extension, &case.extension];
        Self {
            number: rules.number,
            name: rules.name.clone(),
            weight: rules.weight,
            due: rules.due,
            extension: extension.into_iter().flatten().map(|given| given.value).sum(),
            settled: settled.clone(),
            attempts: attempts(case, settled, sources.audience),
            grading: grading(rules, case, settled, sources),
        }
    }
}

fn attempts(case: &Case, settled: &Settled, audience: Audience) -> Vec<Attempt> {
    let shown = |(at, attempt): (usize, &Received)| {
        let outcome = attempt.graded().map(|graded| &graded.outcome);
        Attempt {
            number: at + 1,
            submission: attempt.submission.clone(),
            submitted: attempt.submitted,
            time_from: attempt.time_from,
            counts: settled.submission.as_ref() == Some(&attempt.submission),
            score: outcome
                .filter(|_| attempt.voided.is_none())
                .and_then(|outcome| score(outcome, &case.attempts[..=at])),
            end: End::of(attempt, audience),
        }
    };
    case.attempts.iter().enumerate().map(shown).collect()
}

impl End {
    /// How a process died may be in the words of what it ran, which knows the hidden cases: students are told only that it did.
    fn of(attempt: &Received, audience: Audience) -> Self {
        if let Some(given) = &attempt.voided {
            return Self::Void { reason: given.reason.clone() };
        }
        match (attempt.graded().map(|graded| &graded.outcome), audience) {
            (None, _) => Self::Waiting,
            (Some(Outcome::Graded(_)), _) => Self::Graded,
            (Some(Outcome::Refused { rule, message }), _) => {
                Self::Refused { rule: rule.clone(), message: message.clone() }
            }
            (Some(Outcome::Quarantined { .. }), Audience::Student) => {
                Self::Quarantined { deaths: Vec::new() }
            }
            (Some(Outcome::Quarantined { deaths }), Audience::Instructor) => {
                Self::Quarantined { deaths: deaths.clone() }
            }
        }
    }

    /// What it is called.
    fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Graded => "graded",
            Self::Refused { .. } => "refused",
            Self::Quarantined { .. } => "quarantined",
            Self::Void { .. } => "void",
        }
    }

    /// More on it, where there is more.
    fn told(&self) -> String {
        match self {
            Self::Waiting | Self::Graded => String::new(),
            Self::Refused { rule, message } => format!("{rule}: {message}"),
            Self::Quarantined { deaths } if deaths.is_empty() => "a person must look at it".into(),
            Self::Quarantined { deaths } => deaths.join("; "),
            Self::Void { reason } => reason.clone(),
        }
    }
}

impl Attempt {
    /// How it ended, and whether it counts.
    pub(crate) fn standing(&self) -> String {
        format!("{}{}", self.end.name(), if self.counts { ", counts" } else { "" })
    }

    /// Why it has no score by its checks, where that is so.
    pub(crate) fn reason(&self) -> Option<String> {
        let told = self.end.told();
        (!told.is_empty()).then_some(told)
    }

    /// Both.
    pub(crate) fn told(&self) -> String {
        self.reason().map_or_else(|| self.standing(), |reason| format!("{}: {reason}", self.standing()))
    }
}

/// What the last of `attempts` gives before lateness.
fn score(outcome: &Outcome, attempts: &[Received]) -> Option<f64> {
    match outcome {
        Outcome::Refused { .. } => Some(0.0),
        Outcome::Quarantined { .. } => None,
        Outcome::Graded(marks) => Some(marks.reviewed(attempts).score()),
    }
}

/// The grading that is worth showing, with what people decided, without what the reader may not see.
fn grading(rules: &MilestoneRules, case: &Case, settled: &Settled, sources: &Sources<'_>) -> Option<Grading> {
    let counts = |attempt: &Received| settled.submission.as_ref() == Some(&attempt.submission);
    let is_graded = |attempt: &Received| attempt.voided.is_none() && marks(attempt).is_some();
    let at = case.attempts.iter().position(counts).or_else(|| case.attempts.iter().rposition(is_graded))?;
    let attempt = &case.attempts[at];
    let (graded, marks) = marks(attempt)?;
    let whole = sources.grades.get(&attempt.submission).cloned();
    let mut grade = whole.or_else(|| without_evidence(rules, attempt, graded, marks))?;
    let reviews = review(&mut grade, &case.attempts[..=at]);
    sources.audience.redact(&mut grade);
    if sources.audience == Audience::Student {
        sources.detail.limit(&mut grade);
    }
    let mut grading = Grading { attempt: at + 1, grade, reviews };
    let Grading { grade, reviews, .. } = &mut grading;
    reviews.retain(|name, _| grade.checks().any(|check| check.name == *name));
    Some(grading)
}

fn marks(attempt: &Received) -> Option<(&Graded, &Marks)> {
    let graded = attempt.graded()?;
    match &graded.outcome {
        Outcome::Graded(marks) => Some((graded, marks)),
        Outcome::Refused { .. } | Outcome::Quarantined { .. } => None,
    }
}

/// Puts what people decided of the last of `attempts` into its grade, and says what they wrote.
fn review(grade: &mut Grade, attempts: &[Received]) -> BTreeMap<String, String> {
    let mut reviews = BTreeMap::new();
    for check in grade.criteria.iter_mut().flat_map(|criterion| &mut criterion.checks) {
        if let Some(decision) = Decision::of(&check.name, check.status, attempts) {
            (check.status, check.score) = (decision.status(), decision.score());
            reviews.insert(check.name.clone(), decision.given.reason.clone());
        }
    }
    if !reviews.is_empty() {
        grade.settle();
    }
    reviews
}

/// The grade that these marks are of, as far as they tell it.
fn without_evidence(
    rules: &MilestoneRules,
    attempt: &Received,
    graded: &Graded,
    marks: &Marks,
) -> Option<Grade> {
    let measures = |check: &str| {
        let of_check =
            marks.measures.iter().filter_map(|(name, value)| Some((name.split_once('.')?, *value)));
        let measures = of_check.filter(|((of, _), _)| *of == check);
        measures.map(|((_, name), value)| (name.to_owned(), value)).collect()
    };
    let check = |check: &CheckMarks| CheckResult {
        name: check.name.clone(),
        asks: String::new(),
        weight: check.weight,
        status: check.status,
        score: check.score,
        evidence: Evidence { measures: measures(&check.name), ..Evidence::default() },
    };
    let criteria = marks.criteria.iter().map(|criterion| CriterionGrade {
        name: criterion.name.clone(),
        share: criterion.share,
        score: criterion.score(),
        checks: criterion.checks.iter().map(check).collect(),
    });
    Some(Grade {
        milestone: rules.number,
        name: rules.name.clone(),
        component: attempt.component.clone()?,
        seed: graded.conditions.seed.clone(),
        data: graded.conditions.data.clone(),
        score: marks.score(),
        level: Level::of(marks.score()),
        provisional: marks.is_provisional(),
        criteria: criteria.collect(),
    })
}
