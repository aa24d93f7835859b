//! `tito integrity log`: everything that happened.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use tito_gradebook::{Entry, Event, Outcome, Rules};

use crate::{
    course::{self, CourseFolder},
    exit::Exit,
    failure::Failure,
    screen,
};

/// Shows everything that happened in the course, in order: when, whose doing it was, and what.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito integrity log --student john_doe")]
pub(crate) struct Log {
    /// What is about one student alone
    #[arg(long, value_name = "ID")]
    student: Option<String>,
    #[command(flatten)]
    course: CourseFolder,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Placed {
    place: u64,
    #[serde(flatten)]
    entry: Entry,
}

impl Log {
    /// Passes where there is a course.
    pub(super) fn run(self) -> Result<Exit, Failure> {
        #[derive(Serialize)]
        struct Document {
            key: String,
            entries: Vec<Placed>,
        }
        let course = self.course.open()?;
        if let Some(student) = &self.student {
            course::student(&course, student)?;
        }
        let owner = |submission: &str| {
            course
                .gradebook()
                .owner(submission)
                .map(|(record, _)| record.student.id.clone())
                .unwrap_or_default()
        };
        let is_wanted =
            |entry: &Entry| self.student.as_ref().is_none_or(|id| *id == about(&entry.event, owner));
        let entries = course.log().entries()?.into_iter().zip(0..);
        let entries = entries.filter(|(entry, _)| is_wanted(entry));
        let entries: Vec<_> = entries.map(|(entry, place)| Placed { place, entry }).collect();
        if self.json {
            screen::print_json("tito.log", &Document { key: course.log().key().to_string(), entries })?;
        } else {
            let mut before = Value::Null;
            let rows = entries.iter().map(|Placed { place, entry }| {
                let who = about(&entry.event, owner);
                let words = match &entry.event {
                    Event::Configured { rules } => decided(&mut before, rules),
                    event => words(event),
                };
                [place.to_string(), entry.at.to_string(), entry.by.clone(), who, words]
            });
            screen::print(&screen::table(rows))?;
        }
        Ok(Exit::Passed)
    }
}

/// The student that something is about, if it is about one.
fn about(event: &Event, owner: impl Fn(&str) -> String) -> String {
    match event {
        Event::Enrolled { student } => student.id.clone(),
        Event::Withdrawn { student, .. }
        | Event::Received { student, .. }
        | Event::Overridden { student, .. }
        | Event::Extended { student, .. }
        | Event::Excused { student, .. } => student.clone(),
        Event::Graded { submission, .. }
        | Event::Scored { submission, .. }
        | Event::Retimed { submission, .. }
        | Event::Voided { submission, .. } => owner(submission),
        Event::Configured { .. } | Event::Exported { .. } => String::new(),
    }
}

/// What was decided otherwise than before.
fn decided(before: &mut Value, rules: &Rules) -> String {
    let now = serde_json::to_value(rules).expect("rules have string keys and no failing parts");
    let before = std::mem::replace(before, now.clone());
    if before.is_null() {
        return format!("decided on {} milestones", rules.milestones.len());
    }
    let (before, now) = (leaves("", &before), leaves("", &now));
    let names: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    let value = |of: &BTreeMap<String, String>, name: &String| {
        of.get(name).cloned().unwrap_or_else(|| "nothing".into())
    };
    let changed = names.into_iter().filter(|name| before.get(*name) != now.get(*name));
    let changed: Vec<_> =
        changed.map(|name| format!("{name}: {} -> {}", value(&before, name), value(&now, name))).collect();
    format!("decided otherwise: {}", changed.join("; "))
}

/// Every value that is neither a list nor an object, by where it stands.
fn leaves(at: &str, value: &Value) -> BTreeMap<String, String> {
    match value {
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, value)| leaves(&format!("{at}.{name}"), value)).collect()
        }
        Value::Array(values) => values
            .iter()
            .zip(1..)
            .flat_map(|(value, place)| leaves(&format!("{at}.{place}"), value))
            .collect(),
        Value::Null => BTreeMap::new(),
        leaf => [(at.trim_start_matches('.').to_owned(), leaf.to_string())].into(),
    }
}

/// What happened, in a few words.
fn words(event: &Event) -> String {
    let short = |digest: &str| digest.get(..12).unwrap_or(digest).to_owned();
    match event {
        Event::Configured { rules } => format!("decided on {} milestones", rules.milestones.len()),
        Event::Enrolled { student } => format!("enrolled as {}", student.name),
        Event::Withdrawn { reason, .. } => format!("left: {reason}"),
        Event::Received { submission, milestone, submitted, .. } => {
            format!("milestone {milestone}: {} handed in {submitted}", short(submission))
        }
        Event::Graded { submission, outcome, .. } => match outcome {
            Outcome::Graded(marks) => {
                format!("{} graded {}", short(submission), tito_grade::points(marks.score()))
            }
            Outcome::Refused { rule, .. } => format!("{} refused: {rule}", short(submission)),
            Outcome::Quarantined { .. } => format!("{} quarantined", short(submission)),
        },
        Event::Scored { submission, check, score, comment } => {
            let points = tito_grade::points(100.0 * score);
            format!("{}: '{check}' scored {points} % by hand: {comment}", short(submission))
        }
        Event::Overridden { milestone, score: Some(score), reason, .. } => {
            format!("milestone {milestone} set to {}: {reason}", tito_grade::points(*score))
        }
        Event::Overridden { milestone, score: None, reason, .. } => {
            format!("milestone {milestone} as it was found again: {reason}")
        }
        Event::Extended { milestone, days, reason, .. } => {
            let milestone =
                milestone.map_or("every milestone".into(), |number| format!("milestone {number}"));
            format!("{days} days more for {milestone}: {reason}")
        }
        Event::Excused { milestone, excused, reason, .. } => {
            let words = if *excused { "excused from" } else { "no longer excused from" };
            format!("{words} milestone {milestone}: {reason}")
        }
        Event::Retimed { submission, submitted, reason } => {
            format!("{} was handed in {submitted}: {reason}", short(submission))
        }
        Event::Voided { submission, reason } => format!("{} does not count: {reason}", short(submission)),
        Event::Exported { to, sha256 } => format!("exported to {to}: {}", short(sha256)),
    }
}
