//! What a person gives or takes: points, a score, more time, an excuse.

use clap::Args;
use jiff::Timestamp;
use tito_course::Course;
use tito_grade::Status;
use tito_gradebook::{Event, settle};

use super::receive::past;
use crate::{
    course::{self, CourseFolder},
    exit::Exit,
    failure::Failure,
    screen,
};

/// Gives points for what a person judges.
///
/// They are of one submission; where a later attempt awaits the same review, they carry over until it is scored itself.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  tito assessment score --student john_doe --milestone 1 --check code-quality --points 8/10 --comment \"clear names\"")]
pub(crate) struct Score {
    #[command(flatten)]
    of: Of,
    /// The check
    #[arg(long, value_name = "NAME")]
    check: String,
    /// How much of it was reached: 8/10, or 80%
    #[arg(long, value_name = "POINTS", value_parser = share)]
    points: f64,
    /// What the student shall read
    #[arg(long, value_name = "TEXT", default_value = "")]
    comment: String,
    /// Which submission [default: the one that counts, or the last one]
    #[arg(long, value_name = "SHA256")]
    submission: Option<String>,
    /// Score a check that a machine has decided
    #[arg(long)]
    over: bool,
}

/// Sets a milestone's score, whatever was found.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  tito assessment override --student john_doe --milestone 1 --score 85 --reason \"the grader's bug 12\"")]
pub(crate) struct Override {
    #[command(flatten)]
    of: Of,
    /// From 0 to 100; without it, the one that was set is taken back
    #[arg(long, value_name = "POINTS", value_parser = hundred)]
    score: Option<f64>,
    /// Why; the student reads it
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Gives a student more time, for one milestone or, as an accommodation, for all.
///
/// Where both are given, the longer one holds. A new one replaces the one before.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tito assessment extend --student john_doe --milestone 1 --days 2 --reason illness"
)]
pub(crate) struct Extend {
    /// Who
    #[arg(long, value_name = "ID")]
    student: String,
    /// The milestone's number
    #[arg(long, value_name = "N", required_unless_present = "all_milestones")]
    milestone: Option<u32>,
    /// For all of them
    #[arg(long, conflicts_with = "milestone")]
    all_milestones: bool,
    /// How many days more; 0 takes back what was given
    #[arg(long, value_name = "DAYS", value_parser = days)]
    days: f64,
    /// Why; the student reads it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    course: CourseFolder,
}

/// Takes a milestone out of a student's grade.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tito assessment excuse --student john_doe --milestone 2 --reason \"joined late\""
)]
pub(crate) struct Excuse {
    #[command(flatten)]
    of: Of,
    /// Why; the student reads it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Take the excuse back
    #[arg(long)]
    undo: bool,
}

/// Corrects when a submission was handed in, by which lateness is reckoned.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  tito assessment retime --submission 41aac77013c7 --submitted 2026-10-01T22:10:00-04:00 --reason \"it came by mail\"")]
pub(crate) struct Retime {
    #[command(flatten)]
    which: Which,
    /// When, with the offset from UTC
    #[arg(long, value_name = "TIME", value_parser = past)]
    submitted: Timestamp,
}

/// Takes a submission out of a student's attempts, for example because it is somebody else's. It stays in the store.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tito assessment void --submission 41aac77013c7 --reason \"handed in for Bob by mistake\""
)]
pub(crate) struct Void {
    #[command(flatten)]
    which: Which,
}

/// Which submission.
#[derive(Debug, Args)]
struct Which {
    /// The submission, by the beginning of its name
    #[arg(long, value_name = "SHA256")]
    submission: String,
    /// Why; the student reads it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    course: CourseFolder,
}

/// Whose, and which milestone.
#[derive(Debug, Args)]
struct Of {
    /// Who
    #[arg(long, value_name = "ID")]
    student: String,
    /// The milestone's number
    #[arg(long, value_name = "N")]
    milestone: u32,
    #[command(flatten)]
    course: CourseFolder,
}

impl Of {
    /// The course, where it has this student and this milestone.
    fn open(&self) -> Result<Course, Failure> {
        let course = self.course.open()?;
        course::student(&course, &self.student)?;
        course::milestone(&course, self.milestone)?;
        Ok(course)
    }
}

impl Score {
    /// Passes where the check is there to be scored.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut course = self.of.open()?;
        let submission = self.submission(&course)?;
        let attempt = course.gradebook().attempt(&submission).expect("it was just found");
        let tito_gradebook::Outcome::Graded(marks) =
            &attempt.graded().ok_or_else(|| not_graded(&submission))?.outcome
        else {
            return Err(not_graded(&submission));
        };
        let Some(check) = marks.checks().find(|check| check.name == self.check) else {
            let awaiting: Vec<_> =
                marks.checks().filter(|c| !c.is_decided()).map(|c| c.name.as_str()).collect();
            let failure =
                Failure::usage(format!("milestone {} has no check '{}'", self.of.milestone, self.check));
            return Err(failure.help(format!("these await a person: {}", awaiting.join(", "))));
        };
        if !matches!(check.status, Status::AwaitingReview) && !self.over {
            let failure = Failure::usage(format!("a machine has decided '{}'", self.check));
            return Err(failure.help("score it nevertheless with --over; the report will say so"));
        }
        let (check, score, comment) = (self.check, self.points, self.comment);
        course.append(vec![Event::Scored { submission, check, score, comment }])?;
        show(&course, &self.of.student, self.of.milestone)
    }

    /// The submission that is meant.
    fn submission(&self, course: &Course) -> Result<String, Failure> {
        let Of { student, milestone, .. } = &self.of;
        let record = course::student(course, student)?;
        let attempts =
            record.milestones.get(milestone).map(|case| case.attempts.as_slice()).unwrap_or_default();
        let none = || Failure::usage(format!("{student} has handed in nothing for milestone {milestone}"));
        match &self.submission {
            Some(start) => {
                let name = named(course, start)?;
                let is_theirs = attempts.iter().any(|attempt| attempt.submission == name);
                if is_theirs {
                    Ok(name)
                } else {
                    Err(Failure::usage(format!("'{start}' is not {student}'s")))
                }
            }
            None => {
                let rules = course::rules(course);
                let counts = settle(rules, course::milestone(course, *milestone)?, record).submission;
                let last = || attempts.last().map(|attempt| attempt.submission.clone());
                counts.or_else(last).ok_or_else(none)
            }
        }
    }
}

impl Which {
    /// The course, and the submission's whole name.
    fn open(&self) -> Result<(Course, String), Failure> {
        let course = self.course.open()?;
        let name = named(&course, &self.submission)?;
        Ok((course, name))
    }
}

impl Retime {
    /// Passes where there is such a submission.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let (mut course, submission) = self.which.open()?;
        let (submitted, reason) = (self.submitted, self.which.reason);
        course.append(vec![Event::Retimed { submission: submission.clone(), submitted, reason }])?;
        show_of(&course, &submission)
    }
}

impl Void {
    /// Passes where there is such a submission.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let (mut course, submission) = self.which.open()?;
        course.append(vec![Event::Voided { submission: submission.clone(), reason: self.which.reason }])?;
        show_of(&course, &submission)
    }
}

/// How the milestone stands that a submission is for.
fn show_of(course: &Course, submission: &str) -> Result<Exit, Failure> {
    let (record, milestone) = course.gradebook().owner(submission).expect("it was just found");
    show(course, &record.student.id, milestone)
}

/// The name of the one submission that begins like this.
fn named(course: &Course, start: &str) -> Result<String, Failure> {
    let records = course.gradebook().students.values();
    let attempts = records.flat_map(|record| record.milestones.values()).flat_map(|case| &case.attempts);
    let found: Vec<_> = attempts.filter(|attempt| attempt.submission.starts_with(start)).collect();
    match found.as_slice() {
        [attempt] if start.len() >= 6 => Ok(attempt.submission.clone()),
        [] => Err(Failure::usage(format!("there is no submission '{start}'"))),
        _ => Err(Failure::usage(format!("'{start}' may be several submissions; give more of its name"))),
    }
}

impl Override {
    /// Passes where there is such a student and milestone.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut course = self.of.open()?;
        let Of { student, milestone, .. } = self.of;
        let record = course::student(&course, &student)?;
        let is_set = record.milestones.get(&milestone).is_some_and(|case| case.overridden.is_some());
        if self.score.is_none() && !is_set {
            let failure =
                Failure::usage(format!("nobody has set {student}'s score in milestone {milestone}"));
            return Err(failure.help("set it with --score"));
        }
        let event =
            Event::Overridden { student: student.clone(), milestone, score: self.score, reason: self.reason };
        course.append(vec![event])?;
        show(&course, &student, milestone)
    }
}

impl Extend {
    /// Passes where there is such a student and milestone.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut course = self.course.open()?;
        course::student(&course, &self.student)?;
        if let Some(milestone) = self.milestone {
            course::milestone(&course, milestone)?;
        }
        let (student, milestone) = (self.student.clone(), self.milestone);
        course.append(vec![Event::Extended { student, milestone, days: self.days, reason: self.reason }])?;
        match milestone {
            Some(milestone) => show(&course, &self.student, milestone),
            None => {
                screen::print(&format!(
                    "{} has {} days more for every milestone.\n",
                    self.student, self.days
                ))?;
                Ok(Exit::Passed)
            }
        }
    }
}

impl Excuse {
    /// Passes where there is such a student and milestone.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut course = self.of.open()?;
        let Of { student, milestone, .. } = self.of;
        let event =
            Event::Excused { student: student.clone(), milestone, excused: !self.undo, reason: self.reason };
        course.append(vec![event])?;
        show(&course, &student, milestone)
    }
}

/// How the milestone stands now.
fn show(course: &Course, student: &str, milestone: u32) -> Result<Exit, Failure> {
    let record = course::student(course, student)?;
    let settled = settle(course::rules(course), course::milestone(course, milestone)?, record);
    let lines = settled.lines.iter().map(|line| format!("  {}\n", line.text));
    let score = settled.score.map_or("no score".into(), tito_grade::points);
    let provisional = if settled.provisional { ", provisional" } else { "" };
    screen::print(&format!(
        "{student}, milestone {milestone}: {score}{provisional}\n{}",
        lines.collect::<String>()
    ))?;
    Ok(Exit::Passed)
}

fn not_graded(submission: &str) -> Failure {
    let failure = Failure::usage(format!("submission {} was not graded", &submission[..12]));
    failure.help("`tito assessment run` grades it; --submission names another one")
}

/// A share from 0 to 1: `8/10`, `80%`.
fn share(text: &str) -> Result<f64, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let found = match text.split_once('/') {
        Some((points, of)) => number(points).zip(number(of)).map(|(points, of)| points / of),
        None => text.strip_suffix('%').and_then(number).map(|percent| percent / 100.0),
    };
    let found = found.filter(|share| (0.0..=1.0).contains(share));
    found.ok_or_else(|| "give points of how many, as in 8/10, or percent, as in 80%".into())
}

fn hundred(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|score| (0.0..=100.0).contains(score))
        .ok_or_else(|| "it must be from 0 to 100".into())
}

fn days(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|days| (0.0..=366.0).contains(days))
        .ok_or_else(|| "it must be from 0 to 366".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_points_of_something() {
        for (text, expected) in [
            ("8/10", Some(0.8)),
            ("80%", Some(0.8)),
            ("0/5", Some(0.0)),
            ("8", None),
            ("11/10", None),
            ("1/0", None),
            ("-1/2", None),
            ("nan%", None),
        ] {
            assert_eq!(share(text).ok(), expected, "{text}");
        }
    }
}
