//! Everybody who takes the course, settled.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{COMPLETED, Share};
use crate::{
    Attempt, Case, CourseGrade, Gradebook, Marks, MilestoneRules, Outcome, Record, Rules, Settled, State,
    course::so_far, deadline::Deadline, review::Review, settle,
};

/// Everybody who takes the course, settled; nobody, where the course has not decided anything yet.
pub(crate) struct Class<'a> {
    pub(crate) students: Vec<Standing<'a>>,
}

/// Somebody's milestones, in the course's order.
pub(crate) struct Standing<'a> {
    pub(crate) record: &'a Record,
    pub(crate) milestones: Vec<Stand<'a>>,
}

/// Where somebody stands in one milestone.
pub(crate) struct Stand<'a> {
    pub(crate) rules: &'a MilestoneRules,
    pub(crate) case: Option<&'a Case>,
    pub(crate) settled: Settled,
    /// Whether the student's own due date is past, with the extension and the grace.
    pub(crate) is_past: bool,
    /// When that is, without the grace.
    pub(crate) due: Option<Timestamp>,
    /// Whether nothing is taken any more.
    pub(crate) is_closed: bool,
}

impl<'a> Class<'a> {
    /// Every milestone of the course, or those that are wanted.
    pub(crate) fn of(gradebook: &'a Gradebook, now: Timestamp, is_wanted: impl Fn(u32) -> bool) -> Self {
        let standing = |rules: &'a Rules, record: &'a Record| {
            let milestones = rules.milestones.iter().filter(|milestone| is_wanted(milestone.number));
            let milestones = milestones.map(|milestone| Stand::of(rules, milestone, record, now)).collect();
            Standing { record, milestones }
        };
        let students = gradebook.rules.iter().flat_map(|rules| {
            let standing = &standing;
            gradebook.enrolled().map(move |record| standing(rules, record))
        });
        Self { students: students.collect() }
    }

    /// Where everybody stands in a milestone.
    pub(crate) fn milestone(&self, number: u32) -> impl Iterator<Item = &Stand<'a>> + Clone {
        self.students.iter().filter_map(move |student| student.milestone(number))
    }
}

impl<'a> Standing<'a> {
    pub(crate) fn milestone(&self, number: u32) -> Option<&Stand<'a>> {
        self.milestones.iter().find(|stand| stand.rules.number == number)
    }

    /// The grade in the course, of what is settled here.
    pub(crate) fn course(&self) -> CourseGrade {
        so_far(self.milestones.iter().map(|stand| (stand.rules, &stand.settled, stand.is_closed)))
    }

    /// The last two milestones that were due, where nothing was handed in for them nor for any after them.
    pub(crate) fn stopped(&self) -> Option<[u32; 2]> {
        let counting = self.milestones.iter().filter(|stand| stand.settled.state != State::Excused);
        let since = counting.rev().take_while(|stand| stand.settled.state == State::Missing);
        let mut due = since.filter(|stand| stand.is_past).map(|stand| stand.rules.number);
        let (last, before) = (due.next()?, due.next()?);
        Some([before, last])
    }

    /// When something was handed in last.
    pub(crate) fn last_activity(&self) -> Option<Timestamp> {
        self.milestones.iter().flat_map(Stand::attempts).map(|attempt| attempt.submitted).max()
    }
}

impl<'a> Stand<'a> {
    fn of(rules: &'a Rules, milestone: &'a MilestoneRules, record: &'a Record, now: Timestamp) -> Self {
        let deadline = Deadline::of(rules, milestone, record);
        Self {
            rules: milestone,
            case: record.milestones.get(&milestone.number),
            settled: settle(rules, milestone, record),
            is_past: deadline.is_past(now),
            due: deadline.extended(),
            is_closed: deadline.is_closed(now),
        }
    }

    pub(crate) fn is(&self, state: State) -> bool {
        self.settled.state == state
    }

    /// From 0 to 100, if there is one.
    pub(crate) fn score(&self) -> Option<f64> {
        self.settled.score
    }

    pub(crate) fn is_completed(&self) -> bool {
        self.score().is_some_and(|score| score >= COMPLETED)
    }

    /// Whether it is known that it was completed or not: there is a score, or nothing came until it was due.
    pub(crate) fn is_decided(&self) -> bool {
        self.is(State::Graded) || self.is_overdue()
    }

    /// Whether something came; `None` where it still may, or need not.
    pub(crate) fn came(&self) -> Option<bool> {
        match self.settled.state {
            State::Excused => None,
            State::Missing => self.is_past.then_some(false),
            State::Waiting | State::Quarantined | State::Graded => Some(true),
        }
    }

    /// Whether nothing came until it was due.
    pub(crate) fn is_overdue(&self) -> bool {
        self.is(State::Missing) && self.is_past
    }

    /// All that are not voided, those that are beyond the number that are looked at as well.
    pub(crate) fn attempts(&self) -> impl Iterator<Item = &'a Attempt> + Clone + use<'a> {
        self.case.into_iter().flat_map(Case::valid)
    }

    /// The attempt that counts, with its place.
    fn counting(&self) -> Option<(usize, &'a Attempt)> {
        let submission = self.settled.submission.as_ref()?;
        self.case?.attempts.iter().enumerate().find(|(_, attempt)| attempt.submission == *submission)
    }

    /// When what counts was handed in.
    pub(crate) fn handed_in(&self) -> Option<Timestamp> {
        self.counting().map(|(_, attempt)| attempt.submitted)
    }

    /// What the attempt that counts was found to be.
    pub(crate) fn outcome(&self) -> Option<&'a Outcome> {
        self.counting()?.1.graded().map(|graded| &graded.outcome)
    }

    /// The marks of the attempt that counts, with what people decided.
    pub(crate) fn marks(&self) -> Option<Cow<'a, Marks>> {
        let (at, _) = self.counting()?;
        match self.outcome()? {
            Outcome::Graded(marks) => Some(Review::of(marks, &self.case?.attempts[..=at]).marks),
            Outcome::Refused { .. } | Outcome::Quarantined { .. } => None,
        }
    }

    /// What was measured of the attempt that counts.
    pub(crate) fn measure(&self, name: &str) -> Option<f64> {
        match self.outcome()? {
            Outcome::Graded(marks) => marks.measures.get(name).map(|measure| measure.0),
            Outcome::Refused { .. } | Outcome::Quarantined { .. } => None,
        }
    }
}

/// Those of whom it is so.
pub(crate) fn those<'a, 'b>(
    stands: &[&'b Stand<'a>],
    is_so: impl Fn(&Stand<'a>) -> bool,
) -> Vec<&'b Stand<'a>> {
    stands.iter().copied().filter(|stand| is_so(stand)).collect()
}

/// Of how many it is so.
pub(crate) fn share<'a>(stands: &[&Stand<'a>], is_so: impl Fn(&Stand<'a>) -> bool) -> Share {
    Share::counted(stands.iter().map(|stand| is_so(stand)))
}
