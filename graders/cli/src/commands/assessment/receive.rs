//! `tito assessment receive`: what one student hands in.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use tito_course::{Course, HandedIn, Received, now};
use tito_gradebook::TimeFrom;
use tito_submission::SubmissionLimits;

use crate::{
    course::{self, CourseFolder},
    exit::Exit,
    failure::Failure,
    files::write_whole,
    input,
    listed::{Listed, named},
    screen,
};

/// Takes in what one student hands in: a component, an archive or a folder.
///
/// What cannot be read is an attempt as well, and the receipt says why. Handed in again as it was, it is no new attempt.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tito assessment receive --student john_doe --milestone 1 --receipt john.receipt work.zip"
)]
pub(crate) struct Receive {
    /// A .wasm, .zip, .tar or .tar.gz, or a folder
    submission: PathBuf,
    /// Whose
    #[arg(long, value_name = "ID")]
    student: String,
    /// The milestone's number
    #[arg(long, value_name = "N")]
    milestone: u32,
    /// When it was handed in, with the offset from UTC [default: now]
    #[arg(long, value_name = "TIME", value_parser = past)]
    submitted: Option<Timestamp>,
    /// Write the student's receipt here
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    #[command(flatten)]
    course: CourseFolder,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// What became of it.
#[derive(Serialize)]
struct Told<'a> {
    submission: &'a str,
    student: &'a str,
    milestone: u32,
    is_again: bool,
    same_as: &'a [String],
    notes: &'a [String],
    unreadable: Option<String>,
}

impl Receive {
    /// Passes where it was taken in, refused where it cannot be read.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut course = self.course.open()?;
        if let Some(reason) = &course::student(&course, &self.student)?.withdrawn {
            return Err(Failure::usage(format!("{} has left the course: {reason}", self.student)));
        }
        course::milestone(&course, self.milestone)?;
        let time = self.submitted.map_or((now(), TimeFrom::Receipt), |time| (time, TimeFrom::Told));
        let handed_in = handed_in(&self.submission, &self.student, self.milestone, time)?;
        let received = course.receive(&handed_in)?;
        if let Some(path) = &self.receipt {
            write_receipt(&course, &received.submission, path)?;
        }
        let unreadable = handed_in.read.as_ref().err();
        if self.json {
            screen::print_json("tito.received", &self.told(&received, unreadable.map(ToString::to_string)))?;
        } else {
            screen::print(&text(&handed_in, &received))?;
        }
        Ok(if unreadable.is_some() { Exit::Refused } else { Exit::Passed })
    }

    fn told<'a>(&'a self, received: &'a Received, unreadable: Option<String>) -> Told<'a> {
        Told {
            submission: &received.submission,
            student: &self.student,
            milestone: self.milestone,
            is_again: received.is_again,
            same_as: &received.same_as,
            notes: &received.notes,
            unreadable,
        }
    }
}

/// A time from the command line that has been.
pub(super) fn past(text: &str) -> Result<Timestamp, String> {
    let time: Timestamp =
        text.parse().map_err(|_| "give date, time and offset, as in 2026-10-01T23:59:00-04:00")?;
    if time > now() { Err("nobody has handed in yet what is handed in then".into()) } else { Ok(time) }
}

/// Writes the receipt of a submission.
pub(super) fn write_receipt(course: &Course, submission: &str, path: &Path) -> Result<(), Failure> {
    let receipt = course.receipt(submission)?.to_string();
    write_whole(path, receipt.as_bytes()).map_err(|error| Failure::io("write the receipt", path, error))
}

/// What lies at this path, as something that is handed in.
pub(super) fn handed_in(
    path: &Path,
    student: &str,
    milestone: u32,
    time: (Timestamp, TimeFrom),
) -> Result<HandedIn, Failure> {
    if path.is_dir() {
        return Ok(HandedIn::of_files(student, milestone, time, folder(path)?));
    }
    let most = SubmissionLimits::default().archive_bytes + 1;
    Ok(HandedIn::of_bytes(student, milestone, time, input::read("submission", path, most)?))
}

/// The files below a folder by their paths, as many and as large as may be and one more. Links are not followed.
fn folder(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let limits = SubmissionLimits::default();
    let listed = Listed::of(folder, limits.entries as usize)?;
    let read = |path: PathBuf| {
        let bytes = input::read("submission", &folder.join(&path), limits.file_bytes + 1)?;
        Ok((named(&path), bytes))
    };
    listed.files.into_iter().map(read).collect()
}

fn text(handed_in: &HandedIn, received: &Received) -> String {
    let HandedIn { student, milestone, .. } = handed_in;
    let submitted = received.submitted;
    let mut text = match received.is_again {
        true => {
            format!(
                "{student} has handed in the very same for milestone {milestone} before, {submitted}; that stays.\n"
            )
        }
        false => format!("Received from {student} for milestone {milestone}, handed in {submitted}.\n"),
    };
    text += &format!("  submission  {}\n", received.submission);
    if let Err(refused) = &handed_in.read {
        text += &format!("  It counts as an attempt and cannot be graded: {}\n", refused.message);
    }
    for note in &received.notes {
        text += &format!("  note: {note}\n");
    }
    for same in &received.same_as {
        text += &format!("  The very same files were handed in as {same}.\n");
    }
    text
}
