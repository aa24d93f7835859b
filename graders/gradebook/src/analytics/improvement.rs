//! How students' code and its speed change over the course.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    Share, Spread,
    class::{Class, Standing},
};
use crate::{Attempt, Marks, Outcome};

/// How a class's code changes over the course, in one respect.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Improvements {
    /// In which.
    pub skill: Skill,
    /// Of everybody who was seen in it at least twice, by their ids.
    pub students: Vec<Improvement>,
    /// Who is better at the end, of these.
    pub better: Share,
    /// By how much; `None` of nobody.
    pub change: Option<Spread>,
}

/// How one student's code changes over the course.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Improvement {
    /// Whose, by their id.
    pub student: String,
    /// In how many attempts it was seen.
    pub n: usize,
    /// The first time.
    pub first: Seen,
    /// The last time.
    pub last: Seen,
    /// How much more it is the last time than the first.
    pub change: f64,
}

/// What was seen of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Seen {
    /// For which milestone it was.
    pub milestone: u32,
    /// When it was handed in.
    pub at: Timestamp,
    /// From 0 to 1.
    pub value: f64,
}

/// What is compared over the course, each from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Skill {
    /// What a parser suggests for the check `code-quality`. It is the same measure in every milestone that has the check,
    /// whatever a person gave for it.
    CodeQuality,
    /// The mean of all measures called `speed`, each from plain loops, 0, to good ones, 1.
    Speed,
}

impl Improvements {
    /// In every respect.
    pub(crate) fn all(class: &Class<'_>) -> Vec<Self> {
        [Skill::CodeQuality, Skill::Speed].into_iter().map(|skill| Self::of(skill, class)).collect()
    }

    fn of(skill: Skill, class: &Class<'_>) -> Self {
        let students = class.students.iter().filter_map(|student| Improvement::of(skill, student));
        let students: Vec<_> = students.collect();
        let better = Share::counted(students.iter().map(|student| student.change > 0.0));
        let change = Spread::of(students.iter().map(|student| student.change));
        Self { skill, students, better, change }
    }
}

impl Improvement {
    fn of(skill: Skill, student: &Standing<'_>) -> Option<Self> {
        let attempts = student.milestones.iter().flat_map(|stand| {
            let milestone = stand.rules.number;
            stand.attempts().map(move |attempt| (milestone, attempt))
        });
        let seen = attempts.filter_map(|(milestone, attempt)| {
            let value = skill.of(attempt)?;
            Some(Seen { milestone, at: attempt.submitted, value })
        });
        let mut seen: Vec<_> = seen.collect();
        seen.sort_by_key(|seen| (seen.milestone, seen.at));
        let [first, .., last] = seen[..] else { return None };
        let student = student.record.student.id.clone();
        Some(Self { student, n: seen.len(), first, last, change: last.value - first.value })
    }
}

impl Skill {
    fn of(self, attempt: &Attempt) -> Option<f64> {
        let Outcome::Graded(marks) = &attempt.graded()?.outcome else { return None };
        let value = match self {
            Self::CodeQuality => marks.checks().find(|check| check.name == "code-quality")?.score,
            Self::Speed => speed(marks)?,
        };
        (0.0..=1.0).contains(&value).then_some(value)
    }
}

fn speed(marks: &Marks) -> Option<f64> {
    let measures = marks.measures.iter().filter(|(name, _)| name.ends_with(".speed"));
    Spread::of(measures.map(|(_, measure)| measure.0)).map(|spread| spread.mean)
}
