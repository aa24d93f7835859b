//! Until when a student may hand a milestone in, and what it costs to come later.

use jiff::{SignedDuration, Timestamp};
use tito_grade::{Number, points};

use crate::{
    Attempt, Given, Late, Line, MilestoneRules, Record, Rules, TimeFrom,
    bounded::{self, bounded},
};

/// A day, by which lateness and extensions are reckoned. Due dates are instants, so that no day has 23 or 25 hours.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The longest extension, ten years: more would leave the range of time.
const LONGEST: f64 = 3_652.0;

/// Until when one student may hand in one milestone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline<'a> {
    /// What holds for everybody; `None` where nothing is ever late.
    due: Option<Timestamp>,
    /// The days more that hold for this student.
    extension: Option<&'a Given<f64>>,
    late: &'a Late,
}

/// What lateness left of a score.
pub(crate) struct Left {
    /// Begun days.
    pub(crate) days: u32,
    /// From 0 to 100.
    pub(crate) score: f64,
    /// What was taken and why; `None` where there is nothing to say.
    pub(crate) line: Option<Line>,
}

impl<'a> Deadline<'a> {
    /// Of what was given for the milestone and for all of them, the longer extension holds: an accommodation is never taken
    /// away by a shorter extension, and they do not add up.
    pub(crate) fn of(rules: &'a Rules, milestone: &MilestoneRules, record: &'a Record) -> Self {
        let own = record.milestones.get(&milestone.number).and_then(|case| case.extension.as_ref());
        let given = own.into_iter().chain(&record.extension).filter(|given| days_of(given) > 0.0);
        let extension =
            given.reduce(|first, second| if days_of(second) > days_of(first) { second } else { first });
        Self { due: milestone.due, extension, late: &rules.late }
    }

    /// The due date with the extension.
    pub(crate) fn extended(&self) -> Option<Timestamp> {
        let more = self.extension.map_or(SignedDuration::ZERO, |given| {
            SignedDuration::from_secs((days_of(given) * DAY.as_secs_f64()).round() as i64)
        });
        self.due.map(|due| later(due, more))
    }

    /// Whether nothing is taken any more at `now`. Where late submissions are always taken it is whether the due date is
    /// past, and where there is no due date it never is.
    pub(crate) fn is_closed(&self, now: Timestamp) -> bool {
        let open = DAY * i32::try_from(self.late.closes_after_days.unwrap_or(0)).unwrap_or(i32::MAX);
        self.extended().is_some_and(|due| now > later(due, open.max(self.grace())))
    }

    /// Whether the due date, extended, and the grace after it are past at `now`.
    pub(crate) fn is_past(&self, now: Timestamp) -> bool {
        self.extended().is_some_and(|due| now > later(due, self.grace()))
    }

    /// Begun days that an attempt was late. One whose time nobody knows but that was not marked as late is on time, whatever
    /// the due date was moved to since.
    pub(crate) fn days_late(&self, attempt: &Attempt) -> u32 {
        let Some(due) = self.extended() else { return 0 };
        let after = attempt.submitted.duration_since(due);
        if attempt.time_from == TimeFrom::NotMarkedLate || after <= self.grace() {
            return 0;
        }
        u32::try_from((after.as_nanos() - 1) / DAY.as_nanos() + 1).unwrap_or(u32::MAX)
    }

    /// What lateness leaves of `score`, which an attempt has reached.
    pub(crate) fn left(&self, attempt: &Attempt, score: f64) -> Left {
        let days = self.days_late(attempt);
        if days == 0 {
            let line = self.extension.and(self.due).map(|_| self.on_time(score));
            return Left { days, score, line };
        }
        let counted = format!("{} late ({})", begun(days), self.told());
        let (left, text) = match self.late.closes_after_days {
            Some(open) if days > open => {
                let closed = format!("{counted}: nothing is taken more than {} after that.", in_days(open));
                (0.0, closed)
            }
            _ => self.taken(&counted, days, score),
        };
        Left { days, score: left, line: Some(Line { text, score: Some(left) }) }
    }

    fn on_time(&self, score: f64) -> Line {
        Line { text: format!("It is on time ({}).", self.told()), score: Some(score) }
    }

    fn taken(&self, counted: &str, days: u32, score: f64) -> (f64, String) {
        let asked = bounded(self.late.percent_per_day, 0.0..=100.0) * f64::from(days);
        let most = 100.0 - bounded(self.late.floor_percent, 0.0..=100.0);
        let taken = asked.min(most);
        let left = bounded::score(score * (100.0 - taken) / 100.0);
        let cap = if asked > most { ", the most that lateness takes" } else { "" };
        let (percent, before, after) = (Number(taken), points(score), points(left));
        (left, format!("{counted}: {percent} % taken{cap}, {before} → {after}."))
    }

    /// The due date in words, with the extension and its reason.
    fn told(&self) -> String {
        let due = self.due.map(|due| format!("due {due}")).unwrap_or_default();
        let Some(given) = self.extension else { return due };
        let days = days_of(given);
        let unit = if days == 1.0 { "day" } else { "days" };
        let reason = Some(given.reason.trim()).filter(|reason| !reason.is_empty());
        format!(
            "{due}, extended by {} {unit}{}",
            Number(days),
            reason.map(|r| format!(": {r}")).unwrap_or_default()
        )
    }

    fn grace(&self) -> SignedDuration {
        SignedDuration::from_mins(self.late.grace_minutes.into())
    }
}

fn days_of(given: &Given<f64>) -> f64 {
    bounded(given.value, 0.0..=LONGEST)
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn begun(days: u32) -> String {
    format!("{days} begun {}", if days == 1 { "day" } else { "days" })
}

fn in_days(days: u32) -> String {
    format!("{days} {}", if days == 1 { "day" } else { "days" })
}
