//! `tito assessment receive-class`: what a whole class has handed in, as another system exports it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use tito_course::{Course, HandedIn, now};
use tito_gradebook::{Record, TimeFrom};
use tito_lms::{Handed, Layout, Who};
use tito_submission::{KNOWN, SubmissionLimits};

use super::receive::write_receipt;
use crate::{
    course::{self, CourseFolder},
    exit::Exit,
    failure::Failure,
    input,
    listed::{Listed, named},
    screen,
};

/// Takes in what a class has handed in: the submissions.zip of Canvas, an export of Gradescope, or a folder with an archive,
/// a component or a folder for every student, called by the student's id.
///
/// Gradescope's export says when each was handed in. Canvas's says what was late and not when: what it did not mark counts
/// as handed in on time, and --submitted must say when the rest was. While anything is nobody's, nothing is taken in, unless
/// with --partial.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  tito assessment receive-class --milestone 1 --receipts receipts submissions.zip")]
pub(crate) struct ReceiveClass {
    /// The archive or the folder
    export: PathBuf,
    /// The milestone's number
    #[arg(long, value_name = "N")]
    milestone: u32,
    /// When what has no time of its own and is not known to be on time was handed in, with the offset from UTC
    #[arg(long, value_name = "TIME")]
    submitted: Option<Timestamp>,
    /// Take in what is somebody's although something else is nobody's
    #[arg(long)]
    partial: bool,
    /// Write everybody's receipt into this folder, as ID.receipt
    #[arg(long, value_name = "FOLDER")]
    receipts: Option<PathBuf>,
    #[command(flatten)]
    course: CourseFolder,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Where the files of an export are.
enum Export {
    Folder(PathBuf),
    Archive(BTreeMap<String, Vec<u8>>),
}

#[derive(Default, Serialize)]
struct Taken {
    received: Vec<TakenOne>,
    /// Nobody knows whose these are.
    left: Vec<String>,
    /// Whether nothing was taken in because of what is left.
    stopped: bool,
}

#[derive(Serialize)]
struct TakenOne {
    student: String,
    submission: String,
    submitted: Timestamp,
    time_from: TimeFrom,
    is_again: bool,
    same_as: Vec<String>,
    notes: Vec<String>,
    unreadable: Option<String>,
}

impl ReceiveClass {
    /// Passes where everything was somebody's.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut course = self.course.open()?;
        course::milestone(&course, self.milestone)?;
        let export = Export::open(&self.export)?;
        let (found, left) = self.found(&course, &export)?;
        let stopped = !self.partial && !left.is_empty();
        let mut taken = Taken { left, stopped, ..Taken::default() };
        if !stopped {
            self.check_times(&found)?;
            self.take(&mut course, &export, &found, &mut taken)?;
        }
        if self.json {
            screen::print_json("tito.received-class", &taken)?;
        } else {
            screen::print(&taken.text())?;
        }
        Ok(if taken.left.is_empty() { Exit::Passed } else { Exit::Failed })
    }

    /// What each student has handed in, and what is nobody's.
    fn found(&self, course: &Course, export: &Export) -> Result<(ByStudent, Vec<String>), Failure> {
        let (files, others) = export.listed()?;
        let paths: Vec<_> = files.iter().map(String::as_str).collect();
        let layout = Layout::detect(&paths);
        let class = layout.read(&paths, &export.metadata(&layout)?).map_err(|error| {
            Failure::usage(format!("cannot read the export '{}'", self.export.display())).because(error)
        })?;
        let mut left = class.left;
        let found = by_student(course, class.handed, &mut left);
        left.extend(others.iter().map(|path| format!("{path} (a link or no file; it is not followed)")));
        Ok((found, left))
    }

    /// Refuses to guess when something late was handed in: every day costs.
    fn check_times(&self, found: &ByStudent) -> Result<(), Failure> {
        let who = untimed(found);
        if self.submitted.is_some() || who.is_empty() {
            return Ok(());
        }
        let failure =
            Failure::usage(format!("nobody says when these late ones handed in: {}", who.join(", ")));
        Err(failure.help("say when with --submitted TIME; nothing was taken in"))
    }

    fn take(
        &self,
        course: &mut Course,
        export: &Export,
        found: &ByStudent,
        taken: &mut Taken,
    ) -> Result<(), Failure> {
        for (student, handed) in found {
            let handed_in = self.handed_in(course, export, student, handed)?;
            taken.take(course, &handed_in)?;
            if let Some(folder) = &self.receipts {
                let one = taken.received.last().expect("one was just taken");
                let path = folder.join(format!("{}.receipt", one.student));
                write_receipt(course, &one.submission, &path)?;
            }
        }
        Ok(())
    }

    fn handed_in(
        &self,
        course: &Course,
        export: &Export,
        student: &str,
        handed: &[Handed],
    ) -> Result<HandedIn, Failure> {
        let time = self.time(course, handed)?;
        let (first, milestone) = (&handed[0], self.milestone);
        if let ([_], [path]) = (handed, first.paths.as_slice())
            && first.root.is_empty()
        {
            return Ok(HandedIn::of_bytes(student, milestone, time, export.read(path)?));
        }
        let mut files = Vec::new();
        // Canvas has renamed what was handed in again; what a submission holds tells which that is.
        for (handed, names) in handed.iter().zip(tito_lms::file_names(handed, &KNOWN)) {
            for (path, name) in handed.paths.iter().zip(names) {
                files.push((name, export.read(path)?));
            }
        }
        // A folder with one archive in it is that archive.
        match files.as_mut_slice() {
            [(name, bytes)] if !name.contains('/') => {
                Ok(HandedIn::of_bytes(student, milestone, time, std::mem::take(bytes)))
            }
            _ => Ok(HandedIn::of_files(student, milestone, time, files)),
        }
    }

    /// When it was handed in, and how that is known. Of several files the last counts.
    fn time(&self, course: &Course, handed: &[Handed]) -> Result<(Timestamp, TimeFrom), Failure> {
        if let Some(at) = handed.iter().filter_map(|handed| handed.at).max() {
            return Ok((at, TimeFrom::Export));
        }
        // What Canvas did not mark is on time, whatever --submitted says of what it did.
        let is_on_time = handed.iter().all(|handed| handed.late == Some(false));
        let due = course::milestone(course, self.milestone)?.due;
        if let Some(due) = due.filter(|_| is_on_time) {
            return Ok((due.min(now()), TimeFrom::NotMarkedLate));
        }
        Ok(self.submitted.map_or_else(|| (now(), TimeFrom::Receipt), |told| (told, TimeFrom::Told)))
    }
}

/// What each student has handed in, by their ids.
type ByStudent = BTreeMap<String, Vec<Handed>>;

/// Those of whom the export says that they were late and not when they handed in.
fn untimed(found: &ByStudent) -> Vec<&str> {
    let is_untimed = |handed: &[Handed]| {
        handed.iter().any(|handed| handed.late == Some(true))
            && handed.iter().all(|handed| handed.at.is_none())
    };
    found.iter().filter(|(_, handed)| is_untimed(handed)).map(|(student, _)| student.as_str()).collect()
}

/// What each student has handed in; of whom nobody in the course is, goes to `left`.
fn by_student(course: &Course, handed: Vec<Handed>, left: &mut Vec<String>) -> ByStudent {
    let mut found = ByStudent::new();
    for handed in handed {
        let who: Vec<_> = handed.who.iter().filter_map(|who| known(course, who)).collect();
        if who.is_empty() {
            left.extend(handed.paths.iter().cloned());
        }
        for record in who {
            found.entry(record.student.id.clone()).or_default().push(handed.clone());
        }
    }
    found
}

fn known<'c>(course: &'c Course, who: &Who) -> Option<&'c Record> {
    let find = |is: &dyn Fn(&Record) -> bool| course.gradebook().students.values().find(|record| is(record));
    let same = |known: &Option<String>, said: &Option<String>| {
        said.is_some()
            && known.as_ref().map(|text| text.to_lowercase()) == said.as_ref().map(|text| text.to_lowercase())
    };
    match who {
        Who::CanvasId(id) => find(&|record| record.student.canvas_id.as_ref() == Some(id)),
        Who::Anonymous(_) => None,
        Who::Gradescope { name, sis_id, email } => find(&|record| same(&record.student.email, email))
            .or_else(|| find(&|record| same(&record.student.sis_id, sis_id)))
            .or_else(|| find(&|record| name.as_ref() == Some(&record.student.name))),
        Who::Id(id) => course.gradebook().students.get(id),
    }
}

impl Export {
    fn open(path: &Path) -> Result<Self, Failure> {
        if path.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        let bytes = input::read("export", path, SubmissionLimits::of_class().archive_bytes)?;
        let files = tito_submission::read_class(&bytes).map_err(|error| {
            let failure =
                Failure::usage(format!("cannot read the export '{}'", path.display())).because(error);
            failure.help("unpack it into a folder, and name that")
        })?;
        Ok(Self::Archive(files))
    }

    /// The paths of its files, sorted, and those of what is none.
    fn listed(&self) -> Result<(Vec<String>, Vec<String>), Failure> {
        match self {
            // An archive with a link in it is not read at all.
            Self::Archive(files) => Ok((files.keys().cloned().collect(), Vec::new())),
            Self::Folder(folder) => {
                let Listed { files, others } = Listed::of(folder, usize::MAX)?;
                Ok((names(&files), names(&others)))
            }
        }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Archive(files) => Ok(files[path].clone()),
            Self::Folder(folder) => {
                input::read("submission", &folder.join(path), SubmissionLimits::default().archive_bytes + 1)
            }
        }
    }

    /// The text of the file that says whose each is, where the layout has one.
    fn metadata(&self, layout: &Layout) -> Result<String, Failure> {
        match layout {
            Layout::Gradescope { metadata } => {
                Ok(String::from_utf8_lossy(&self.read(metadata)?).into_owned())
            }
            _ => Ok(String::new()),
        }
    }
}

fn names(paths: &[PathBuf]) -> Vec<String> {
    let mut names: Vec<_> = paths.iter().map(|path| named(path)).collect();
    names.sort();
    names
}

impl Taken {
    fn take(&mut self, course: &mut Course, handed_in: &HandedIn) -> Result<(), Failure> {
        let received = course.receive(handed_in)?;
        self.received.push(TakenOne {
            student: handed_in.student.clone(),
            submission: received.submission,
            submitted: handed_in.submitted,
            time_from: handed_in.time_from,
            is_again: received.is_again,
            same_as: received.same_as,
            notes: received.notes,
            unreadable: handed_in.read.as_ref().err().map(ToString::to_string),
        });
        Ok(())
    }

    fn text(&self) -> String {
        let rows = self.received.iter().map(|taken| {
            let mut notes = taken.notes.clone();
            notes.extend(taken.unreadable.clone());
            notes.extend(taken.is_again.then(|| "the very same as before".to_owned()));
            notes.extend(taken.same_as.iter().map(|same| format!("the very same as {same}")));
            let digest = taken.submission[..12].to_owned();
            [taken.student.clone(), digest, taken.submitted.to_string(), notes.join("; ")]
        });
        let new = self.received.iter().filter(|taken| !taken.is_again).count();
        let mut text = match self.stopped {
            true => "Nothing was taken in.\n".to_owned(),
            false => {
                format!("{}\n{new} new, {} as before\n", screen::table(rows), self.received.len() - new)
            }
        };
        if !self.left.is_empty() {
            text += &format!(
                "\nNobody in the course is known to have handed in:\n  {}\n",
                self.left.join("\n  ")
            );
        }
        if self.stopped {
            text += "\nAdd who is missing with `tito assessment roster import`, or take in the rest with --partial.\n";
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handed(late: Option<bool>, at: Option<&str>) -> Handed {
        Handed {
            who: Vec::new(),
            at: at.map(|at| at.parse().expect("a time")),
            late,
            paths: Vec::new(),
            root: String::new(),
            original_name: None,
            resubmission: None,
        }
    }

    #[test]
    fn who_was_late_without_a_time_is_named() {
        let found = [
            ("ann", vec![handed(Some(false), None)]),
            ("bob", vec![handed(Some(false), None), handed(Some(true), None)]),
            ("cem", vec![handed(Some(true), Some("2026-10-01T12:00:00Z"))]),
            ("dan", vec![handed(None, None)]),
        ];
        let found: ByStudent =
            found.into_iter().map(|(student, handed)| (student.to_owned(), handed)).collect();
        assert_eq!(untimed(&found), ["bob"]);
    }

    #[test]
    fn what_was_stopped_says_that_nothing_was_taken_in() {
        let left = vec!["nobody_999_557_x.wasm".to_owned()];
        let taken = Taken { left: left.clone(), stopped: true, ..Taken::default() };
        let text = taken.text();
        for expected in ["Nothing was taken in.", "nobody_999_557_x.wasm", "--partial"] {
            assert!(text.contains(expected), "{text}");
        }
        let text = Taken { left, ..Taken::default() }.text();
        assert!(text.contains("0 new") && !text.contains("Nothing was taken in"), "{text}");
    }
}
