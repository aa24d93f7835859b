//! A student's grade in the whole course, as far as it is decided.

use jiff::Timestamp;
use serde::Serialize;
use tito_grade::{Level, Number, points};

use crate::{
    Line, MilestoneRules, Record, Rules, Settled, State,
    bounded::{self, bounded},
    deadline::Deadline,
    settle,
};

/// A student's grade in the course.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CourseGrade {
    /// From 0 to 100: the mean over the milestones that are decided, weighted as the course says; `None` while none is.
    pub score: Option<f64>,
    /// What that is called.
    pub level: Option<Level>,
    /// Whether a milestone that counts in it is provisional.
    pub provisional: bool,
    /// The weights of the milestones that are decided, together, in percent of the course. Less than
    /// [`out_of`](Self::out_of) until the course is over.
    pub of: f64,
    /// The weights of all milestones of the course but those that are excused, together.
    pub out_of: f64,
    /// How the score came about, each as one sentence for the student.
    pub lines: Vec<Line>,
    /// Every milestone of the course by its number, in the course's order.
    pub milestones: Vec<(u32, Settled)>,
}

/// A student's grade in the course as of `now`, the time of the report: the one thing for which a clock is needed, since a
/// milestone that nobody handed in counts as 0 once nothing is taken any more. Where late submissions are always taken it
/// does once it is due, with the student's extension and grace.
pub fn course(rules: &Rules, record: &Record, now: Timestamp) -> CourseGrade {
    let settled = rules.milestones.iter().map(|milestone| {
        let is_closed = Deadline::of(rules, milestone, record).is_closed(now);
        (milestone, settle(rules, milestone, record), is_closed)
    });
    let settled: Vec<_> = settled.collect();
    let grade =
        so_far(settled.iter().map(|(milestone, settled, is_closed)| (*milestone, settled, *is_closed)));
    let milestones = settled.into_iter().map(|(milestone, settled, _)| (milestone.number, settled));
    CourseGrade { milestones: milestones.collect(), ..grade }
}

/// The grade of milestones that are settled, each with whether it is closed; without a list of them.
pub(crate) fn so_far<'a>(
    settled: impl Iterator<Item = (&'a MilestoneRules, &'a Settled, bool)>,
) -> CourseGrade {
    let mut sum = Sum::default();
    settled.for_each(|(milestone, settled, is_closed)| sum.add(milestone, settled, is_closed));
    sum.grade()
}

/// What the milestones give so far.
#[derive(Default)]
struct Sum {
    points: f64,
    of: f64,
    out_of: f64,
    provisional: bool,
    lines: Vec<Line>,
}

impl Sum {
    fn add(&mut self, milestone: &MilestoneRules, settled: &Settled, is_closed: bool) {
        let weight = bounded(milestone.weight, 0.0..=100.0);
        let score = match settled.state {
            State::Graded => settled.score,
            State::Missing if is_closed => Some(0.0),
            _ => None,
        };
        if settled.state != State::Excused {
            self.out_of += weight;
        }
        if let Some(score) = score {
            self.points += weight * score;
            self.of += weight;
            self.provisional |= settled.provisional;
        }
        let text = format!("{}. {} {}", milestone.number, milestone.name, told(settled, score, weight));
        self.lines.push(Line { text, score: self.score() });
    }

    fn score(&self) -> Option<f64> {
        (self.of > 0.0).then(|| bounded::score(self.points / self.of))
    }

    fn grade(self) -> CourseGrade {
        let score = self.score();
        let level = score.map(Level::of);
        let Self { of, out_of, provisional, lines, .. } = self;
        CourseGrade { score, level, provisional, of, out_of, lines, milestones: Vec::new() }
    }
}

/// What a milestone gives to the course, as the end of a sentence.
fn told(settled: &Settled, score: Option<f64>, weight: f64) -> String {
    let provisional = if settled.provisional { ", provisionally" } else { "" };
    match (settled.state, score) {
        (State::Missing, Some(_)) => {
            format!("gives 0.0, since nothing was handed in, at {} % of the course.", Number(weight))
        }
        (State::Missing, None) => "does not count yet: nothing was handed in, and it is still open.".into(),
        (State::Waiting, _) => "does not count yet, since it is not graded.".into(),
        (State::Quarantined, _) => "does not count yet, since a person must look at it.".into(),
        (State::Excused, _) => "does not count, since it was excused.".into(),
        (State::Graded, score) => {
            let score = points(score.unwrap_or_default());
            format!("gives {score}{provisional}, at {} % of the course.", Number(weight))
        }
    }
}
