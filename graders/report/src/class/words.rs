//! Figures of a class in words.

use tito_grade::{Number, points};
use tito_gradebook::{
    State,
    analytics::{
        AtRisk, CohortDrop, Flag, Improvements, Place, Reason, Share, Skill, Spread, StudentProgress, Topic,
    },
};

use crate::told::percent;

/// So many of so many, and in percent; a dash of none.
pub(super) fn share(share: Share) -> String {
    match share.percent {
        None => "–".into(),
        Some(of_all) => format!("{} of {} ({})", share.count, share.of, percent(of_all / 100.0)),
    }
}

/// Points, or a dash where there are none.
pub(super) fn or_dash(value: Option<f64>) -> String {
    value.map_or_else(|| "–".into(), points)
}

/// Mean and quartiles of scores, with how many they are of.
pub(super) fn spread(spread: &Spread) -> String {
    let Spread { n, mean, lower_quartile, median, upper_quartile, min, max, .. } = spread;
    let [mean, lower, median, upper, min, max] =
        [mean, lower_quartile, median, upper_quartile, min, max].map(|x| points(*x));
    format!("mean {mean}, median {median}, quartiles {lower} and {upper}, from {min} to {max}, n = {n}")
}

/// Whoever it is, with what they are called on the command line.
pub(super) fn name(student: &str, name: &str) -> String {
    if name.is_empty() { student.to_owned() } else { format!("{name} ({student})") }
}

/// Why somebody is at risk.
pub(super) fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Stopped { milestones: [before, last] } => {
            format!("handed in nothing for milestones {before} and {last}, nor since")
        }
        Reason::Missing { milestone } => format!("milestone {milestone} is overdue"),
        Reason::BelowThreshold { milestone, score, threshold } => {
            format!("{} in milestone {milestone}, below {}", points(*score), Number(*threshold))
        }
        Reason::Refused { milestone, times, of } => {
            format!("{times} of {of} attempts at milestone {milestone} were refused")
        }
        Reason::NoProgress { milestone, attempts, first, last } => format!(
            "no progress over {attempts} attempts at milestone {milestone}: {}, then {}",
            points(*first),
            points(*last)
        ),
        Reason::Drop { from, milestone, before, after } => format!(
            "from {} in milestone {from} to {} in milestone {milestone}",
            points(*before),
            points(*after)
        ),
        Reason::LateAlways { milestones } => format!("late in all of {milestones} milestones"),
    }
}

/// What somebody's score in the course is of.
pub(super) fn so_far(at_risk: &AtRisk) -> String {
    match at_risk.score {
        None => "nothing decided".into(),
        Some(score) => format!("{} over {} % of the course", points(score), Number(at_risk.of)),
    }
}

/// What advice is about.
pub(super) fn topic(topic: Topic) -> &'static str {
    match topic {
        Topic::Fundamentals => "Fundamentals",
        Topic::Convolution => "Convolution",
        Topic::Pipeline => "Training pipeline",
        Topic::Training => "Training",
        Topic::FrameworkDesign => "Framework design",
        Topic::Toolchain => "Toolchain",
        Topic::Contact => "Contact",
    }
}

/// What is remarkable about a check.
pub(super) fn flag(flag: Flag) -> &'static str {
    match flag {
        Flag::EverybodyPasses => "everybody passes",
        Flag::NobodyPasses => "nobody passes",
        Flag::NegativeDiscrimination => "those who fail it do better in the rest",
        Flag::TooFew => "too few to correlate",
    }
}

/// All that is remarkable about it.
pub(super) fn flags(flags: &[Flag]) -> String {
    flags.iter().map(|&one| flag(one)).collect::<Vec<_>>().join("; ")
}

/// What is compared over the course.
pub(super) fn skill(skill: Skill) -> &'static str {
    match skill {
        Skill::CodeQuality => "Code quality",
        Skill::Speed => "Speed",
    }
}

/// How a class changed in one respect.
pub(super) fn improvement(improvements: &Improvements) -> String {
    let change = improvements
        .change
        .as_ref()
        .map(|change| format!(", by {} on the average", signed(100.0 * change.mean)));
    format!("better at the end: {}{}", share(improvements.better), change.unwrap_or_default())
}

/// A mean from 0 to 1, rounded down: 1 is said only of what everybody has fully.
pub(super) fn mean(mean: f64) -> String {
    format!("{:.2}", (100.0 * mean + 1e-9).floor() / 100.0)
}

/// A correlation, or a dash where there is none.
pub(super) fn correlation(found: Option<f64>) -> String {
    found.map_or_else(|| "–".into(), |found| format!("{found:+.2}"))
}

/// Points with their sign.
pub(super) fn signed(value: f64) -> String {
    format!("{value:+.1}")
}

/// What becomes of the same students between two milestones.
pub(super) fn drop(drop: &CohortDrop) -> [String; 5] {
    [
        format!("{} to {}", drop.from, drop.to),
        share(drop.went_on),
        or_dash(drop.mean_before),
        or_dash(drop.mean_after),
        drop.change.map_or_else(|| "–".into(), signed),
    ]
}

/// Where somebody is in one milestone: the score, or why there is none.
pub(super) fn place(place: &Place) -> String {
    match (place.state, place.score) {
        (_, Some(score)) => points(score) + if place.provisional { "?" } else { "" },
        (State::Missing, None) if place.overdue => "overdue".into(),
        (State::Missing | State::Graded, None) => "–".into(),
        (State::Waiting, None) => "waiting".into(),
        (State::Quarantined, None) => "look at it".into(),
        (State::Excused, None) => "excused".into(),
    }
}

/// When somebody handed in something last, and how often they have.
pub(super) fn activity(student: &StudentProgress) -> String {
    student.last_activity.map_or_else(|| "never".into(), |at| at.strftime("%Y-%m-%d").to_string())
}
