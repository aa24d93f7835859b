//! Where a milestone stands, in words.

use tito_grade::{Level, Number, points};
use tito_gradebook::{CourseGrade, State};

use super::Milestone;
use crate::moment::moment;

/// What a state is called.
pub(crate) fn state(state: State) -> &'static str {
    match state {
        State::Missing => "nothing handed in",
        State::Waiting => "waiting to be graded",
        State::Quarantined => "a person must look at it",
        State::Graded => "graded",
        State::Excused => "excused",
    }
}

/// The score, its level and whether it is final, or where the milestone stands.
pub(super) fn standing(milestone: &Milestone) -> String {
    let settled = &milestone.settled;
    scored(settled.score, settled.level, settled.provisional).unwrap_or_else(|| state(settled.state).into())
}

/// The same of the whole course.
pub(super) fn total(total: &CourseGrade) -> String {
    scored(total.score, total.level, total.provisional).unwrap_or_else(|| "nothing is decided yet".into())
}

fn scored(score: Option<f64>, level: Option<Level>, provisional: bool) -> Option<String> {
    let score = points(score?);
    let level = level.map(|level| format!(", {level}")).unwrap_or_default();
    Some(format!("{score} of 100{level}{}", if provisional { ", provisional" } else { "" }))
}

/// When a milestone is due, and by how much later for this student.
pub(super) fn due(milestone: &Milestone) -> String {
    let more = match milestone.extension {
        days if days > 0.0 => format!(", and {days} days more"),
        _ => String::new(),
    };
    milestone.due.map_or_else(|| "never late".into(), |due| moment(due) + &more)
}

/// How much of the course is decided.
pub(super) fn decided(total: &CourseGrade) -> String {
    let (of, out_of) = (Number(total.of), Number(total.out_of));
    if of == out_of {
        return format!("All of the {out_of} % of the course that count are decided.");
    }
    format!("Decided so far: {of} % of the course, of the {out_of} % that count.")
}
