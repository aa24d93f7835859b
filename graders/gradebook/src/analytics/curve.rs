//! How many completed a milestone by when.

use jiff::{civil::Date, tz::TimeZone};
use serde::Serialize;

use super::class::{Class, Stand};
use crate::State;

/// How many completed a milestone by when.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Curve {
    /// The milestone's number.
    pub milestone: u32,
    /// Of how many: those who are not excused.
    pub of: usize,
    /// By day, the first day first; days on which nobody completed it are left out.
    pub points: Vec<CurvePoint>,
}

/// How many completed it by the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CurvePoint {
    /// The day, by UTC.
    pub day: Date,
    /// How many.
    pub completed: usize,
}

impl Curve {
    /// Of a milestone. A submission completes it on the day on which it was handed in, a score that a person set without one
    /// on the day on which it was set.
    pub(crate) fn of(class: &Class<'_>, milestone: u32) -> Self {
        let counting = class.milestone(milestone).filter(|stand| !stand.is(State::Excused));
        let of = counting.clone().count();
        let mut days: Vec<_> = counting.filter(|stand| stand.is_completed()).filter_map(day).collect();
        days.sort_unstable();
        let mut points: Vec<CurvePoint> = Vec::new();
        for (before, day) in days.into_iter().enumerate() {
            points.pop_if(|last| last.day == day);
            points.push(CurvePoint { day, completed: before + 1 });
        }
        Self { milestone, of, points }
    }
}

fn day(stand: &Stand<'_>) -> Option<Date> {
    let set = stand.case.and_then(|case| case.overridden.as_ref()).map(|given| given.at);
    Some(stand.handed_in().or(set)?.to_zoned(TimeZone::UTC).date())
}
