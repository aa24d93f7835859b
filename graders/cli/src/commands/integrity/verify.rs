//! `tito integrity verify`: whether a course is what its log says.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::PathBuf,
};

use clap::Args;
use serde::Serialize;
use tito_course::{Course, Trouble};
use tito_gradebook::{Attempt, Event, Record};
use tito_ledger::VerifierKey;

use crate::{
    course::CourseFolder,
    course_grading::{CourseGrading, Job},
    exit::Exit,
    failure::Failure,
    folders::DataFolder,
    input,
    isolation::Walls,
    progress, screen,
};

/// No checkpoint is larger.
const BYTES: u64 = 1 << 20;

/// Looks at the whole log and at everything in the store that it speaks of: every entry in its place under the signatures,
/// every file under its digest.
///
/// Whoever has the signing key can write the whole log anew; a checkpoint that was published finds that, too. With --derive
/// grades are derived again from what they name, and must be the same.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tito integrity verify --published checkpoint.txt
  tito integrity verify --derive all")]
pub(crate) struct Verify {
    /// A checkpoint that was published
    #[arg(long, value_name = "FILE")]
    published: Option<PathBuf>,
    /// The key that was published [default: that of signing.key in the course's folder]
    #[arg(long, value_name = "KEY")]
    key: Option<VerifierKey>,
    /// Derive again the grade of a submission, by the beginning of its name, or of all
    #[arg(long, value_name = "SUBMISSION|all")]
    derive: Option<String>,
    #[command(flatten)]
    course: CourseFolder,
    #[command(flatten)]
    data_folder: DataFolder,
    #[command(flatten)]
    walls: Walls,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    entries: u64,
    checkpoints: u64,
    files: u64,
    derived: usize,
    troubles: Vec<Told>,
}

#[derive(Serialize)]
struct Told {
    thing: String,
    problem: String,
}

impl Verify {
    /// Passes where everything is as it was.
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let published =
            self.published.as_deref().map(|path| input::read("checkpoint", path, BYTES)).transpose()?;
        let published = published.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        // Not opened as a course is: what is damaged cannot be, and nothing is to be changed here.
        let folder = self.course.find()?;
        let verified = Course::verify(&folder, self.key.as_ref(), published.as_deref())?;
        let mut document = Document {
            entries: verified.entries,
            checkpoints: verified.checkpoints,
            files: verified.files,
            derived: 0,
            troubles: verified.troubles.into_iter().map(Told::from).collect(),
        };
        if self.derive.is_some() && document.troubles.is_empty() {
            self.derive(&self.course.open()?, &mut document)?;
        }
        if self.json {
            screen::print_json("tito.verified", &document)?;
        } else {
            screen::print(&document.text())?;
        }
        Ok(if document.troubles.is_empty() { Exit::Passed } else { Exit::Failed })
    }

    /// Derives grades again, and notes those that are not the same.
    fn derive(&self, course: &Course, document: &mut Document) -> Result<(), Failure> {
        let wanted = self.derive.as_deref().unwrap_or_default();
        let is_wanted = |attempt: &Attempt| wanted == "all" || attempt.submission.starts_with(wanted);
        let records = course.gradebook().students.values();
        let attempts = records.flat_map(|record| {
            let of = |number: &u32| (1..).zip(&record.milestones[number].attempts);
            record
                .milestones
                .keys()
                .flat_map(move |number| of(number).map(move |attempt| (*number, record, attempt)))
        });
        let attempts: Vec<(u32, &Record, (usize, &Attempt))> = attempts
            .filter(|(_, _, (_, attempt))| is_wanted(attempt) && attempt.graded().is_some())
            .collect();
        if attempts.is_empty() {
            return Err(Failure::usage(format!("there is no grade of a submission '{wanted}'")));
        }
        let bar = progress::steps(attempts.len() as u64);
        // Each milestone's data are read once.
        let mut gradings = BTreeMap::new();
        for (number, record, attempt) in attempts {
            bar.set_message(record.student.id.clone());
            let grading = match gradings.entry(number) {
                Entry::Occupied(made) => made.into_mut(),
                Entry::Vacant(place) => {
                    place.insert(CourseGrading::new(course, number, &self.data_folder, self.walls)?)
                }
            };
            let graded = attempt.1.graded().expect("those without a grading were left out");
            let job = Job::again(record, attempt, &graded.conditions);
            let (event, _) = grading.grade(&job, None)?;
            document.compare(grading, attempt.1, &event);
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(())
    }
}

impl Document {
    /// Holds what was found now against what was noted.
    fn compare(&mut self, grading: &CourseGrading, attempt: &Attempt, now: &Event) {
        let (Some(noted), Event::Graded { outcome, .. }) = (attempt.graded(), now) else { return };
        self.derived += 1;
        if noted.outcome == *outcome {
            return;
        }
        let problem = match grading.is_now(attempt.component.as_ref(), &noted.conditions) {
            true => "is another one now, derived from the same",
            false => "is another one now; it was derived by another tito, or on other data, limits or checks",
        };
        self.troubles
            .push(Told { thing: format!("the grade of {}", attempt.submission), problem: problem.into() });
    }

    fn text(&self) -> String {
        let Self { entries, checkpoints, files, derived, troubles } = self;
        let mut text = format!(
            "{entries} entries under {checkpoints} signed checkpoints, {files} files in the store, {derived} grades derived again\n"
        );
        troubles.iter().for_each(|Told { thing, problem }| text += &format!("  {thing} {problem}\n"));
        text + if troubles.is_empty() { "everything is as it was\n" } else { "this is not what it was\n" }
    }
}

impl From<Trouble> for Told {
    fn from(Trouble { thing, problem }: Trouble) -> Self {
        Self { thing, problem }
    }
}
