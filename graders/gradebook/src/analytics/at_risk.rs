//! Who needs help, why, and what to do.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    Advice, Reason,
    class::{Class, Stand, Standing},
};
use crate::{Gradebook, bounded::bounded};

/// Somebody who needs help.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AtRisk {
    /// Their id.
    pub student: String,
    /// What people call them.
    pub name: String,
    /// Their address.
    pub email: Option<String>,
    /// Their section, where there are several.
    pub section: Option<String>,
    /// Their score in the course so far; `None` while nothing is decided.
    pub score: Option<f64>,
    /// The weights of the milestones that it is of, in percent of the course.
    pub of: f64,
    /// The sum of the [weights](Reason::weight) of their reasons: larger is graver, and it has no unit.
    pub risk: f64,
    /// Why, in the order of milestones; never empty.
    pub reasons: Vec<Reason>,
    /// The criterion that costs them most; `None` where none costs anything.
    pub weakest: Option<WeakCriterion>,
    /// What to do, each once.
    pub advice: Vec<Advice>,
}

/// A criterion that costs somebody points.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct WeakCriterion {
    /// Of which milestone.
    pub milestone: u32,
    /// Its name.
    pub criterion: String,
    /// What they reached in it, from 0 to 1.
    pub score: f64,
    /// How many points of the milestone's 100 are lost in it.
    pub lost: f64,
}

/// Who needs help as of `now`, whoever needs it most first: by [risk](AtRisk::risk), of equal ones the lower score in the
/// course, then the id. Whoever has only scores that are not below the threshold and misses one milestone that is still open is
/// not listed. `threshold` is the score from 0 to 100 below which a milestone went badly.
pub fn struggling(gradebook: &Gradebook, threshold: f64, now: Timestamp) -> Vec<AtRisk> {
    let threshold = bounded(threshold, 0.0..=100.0);
    let class = Class::of(gradebook, now, |_| true);
    let at_risk = class.students.iter().filter_map(|one| AtRisk::of(one, threshold));
    let mut at_risk: Vec<_> = at_risk.collect();
    // Whoever has no score yet has lost nothing yet either.
    let score = |one: &AtRisk| one.score.unwrap_or(100.0);
    at_risk.sort_by(|one, other| {
        let by_risk = other.risk.total_cmp(&one.risk);
        by_risk.then(score(one).total_cmp(&score(other))).then_with(|| one.student.cmp(&other.student))
    });
    at_risk
}

impl AtRisk {
    /// `None` for whoever there is no reason for.
    fn of(standing: &Standing<'_>, threshold: f64) -> Option<Self> {
        let reasons = Reason::all(standing, threshold);
        if reasons.is_empty() || is_only_late(standing, &reasons) {
            return None;
        }
        let student = standing.record.student.clone();
        let grade = standing.course();
        Some(Self {
            student: student.id,
            name: student.name,
            email: student.email,
            section: student.section,
            score: grade.score,
            of: grade.of,
            risk: reasons.iter().map(Reason::weight).sum(),
            weakest: weakest(standing),
            advice: advice(&reasons),
            reasons,
        })
    }
}

/// Whether somebody who does well so far is merely past the due date of one milestone that they can still hand in.
fn is_only_late(standing: &Standing<'_>, reasons: &[Reason]) -> bool {
    let [Reason::Missing { milestone }] = reasons else { return false };
    let is_open = standing.milestone(*milestone).is_some_and(|stand| !stand.is_closed);
    is_open && standing.milestones.iter().any(|stand| stand.score().is_some())
}

/// Of equal ones the first.
fn weakest(standing: &Standing<'_>) -> Option<WeakCriterion> {
    let lost = standing.milestones.iter().flat_map(criteria).filter(|criterion| criterion.lost > 0.0);
    lost.reduce(|most, next| if next.lost > most.lost { next } else { most })
}

fn criteria(stand: &Stand<'_>) -> Vec<WeakCriterion> {
    let Some(marks) = stand.marks() else { return Vec::new() };
    let criteria = marks.criteria.iter().filter_map(|criterion| {
        let score = criterion.score()?;
        let lost = criterion.share * (1.0 - score);
        Some(WeakCriterion { milestone: stand.rules.number, criterion: criterion.name.clone(), score, lost })
    });
    criteria.collect()
}

fn advice(reasons: &[Reason]) -> Vec<Advice> {
    let mut advice: Vec<Advice> = Vec::new();
    for reason in reasons {
        let next = reason.topic().map(|topic| Advice::about(topic, reason.milestone()));
        advice.extend(next.filter(|next| !advice.contains(next)));
    }
    advice
}
