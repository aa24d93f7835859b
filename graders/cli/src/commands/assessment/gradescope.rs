//! `tito assessment gradescope`: what a Gradescope autograder runs on every submission.

use std::path::PathBuf;

use clap::Args;
use tito_course::{Course, HandedIn, Settings};
use tito_grade::Grade;
use tito_gradebook::{Entry, Event, Gradebook, Rules, Student, TimeFrom, settle};
use tito_lms::gradescope::{Results, SubmissionMetadata};
use tito_submission::Submission as Read;

use super::receive;
use crate::{
    commands, course, dataset,
    exit::Exit,
    failure::Failure,
    grading::{Graded, Grading},
    input,
    isolation::Walls,
    screen,
    submission::Submission,
};

/// No metadata is larger.
const METADATA_BYTES: u64 = 16 << 20;

/// Grades the submission in Gradescope's autograder folder, and prints its results.json.
///
/// `run_autograder` of the zip that `tito assessment upload-rubrics` writes calls it. Cases come from the course's secret and
/// from the component. What lateness takes is told and not taken: the course's own gradebook does that.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito assessment gradescope --course course --milestone 1 > results.json")]
pub(crate) struct Gradescope {
    /// The course's settings, secret and data
    #[arg(long, value_name = "FOLDER")]
    course: PathBuf,
    /// The milestone's number
    #[arg(long, value_name = "N")]
    milestone: u32,
    /// Where Gradescope has put the submission and what it knows of it
    #[arg(long, value_name = "FOLDER", default_value = "/autograder")]
    autograder: PathBuf,
    #[command(flatten)]
    walls: Walls,
}

impl Gradescope {
    /// Ends as the submission does.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let (settings, secret) = Course::settings_and_secret(&self.course)?;
        let rules = settings.rules_of(course::milestone_name).map_err(Failure::usage)?;
        let handed_in = self.handed_in()?;
        let read = match &handed_in.read {
            Ok(read) => read.clone(),
            Err(refused) => {
                screen::print(&Results::refused(&refused.rule.to_string(), &refused.message).json())?;
                return Ok(Exit::Refused);
            }
        };
        match self.grade(read, &settings, &rules, &secret)? {
            Graded::Refused(refusal) => {
                screen::print(&Results::refused(&refusal.rule.to_string(), &refusal.message).json())?;
                Ok(Exit::Refused)
            }
            // The zip has results for whatever dies, and a person must look at it.
            Graded::Quarantined(_) => Ok(Exit::Quarantined),
            Graded::Grade(grade) => {
                let lines = self.lines(&rules, &handed_in, &grade);
                let lines: Vec<_> = lines.iter().map(String::as_str).collect();
                screen::print(&Results::of(&grade, &lines).json())?;
                Ok(if grade.all_passed() { Exit::Passed } else { Exit::Failed })
            }
        }
    }

    /// The submission, with the time at which Gradescope took it in.
    fn handed_in(&self) -> Result<HandedIn, Failure> {
        let path = self.autograder.join("submission_metadata.json");
        let metadata = SubmissionMetadata::parse(&input::read("metadata", &path, METADATA_BYTES)?)
            .map_err(|error| Failure::ours(format!("cannot read '{}'", path.display())).because(error))?;
        let time = (metadata.created_at, TimeFrom::Export);
        receive::handed_in(&self.autograder.join("submission"), "student", self.milestone, time)
    }

    fn grade(
        &self,
        read: Read,
        settings: &Settings,
        rules: &Rules,
        secret: &[u8],
    ) -> Result<Graded, Failure> {
        let milestone = commands::milestone::graded(self.milestone)?;
        let data = rules.milestone(self.milestone).and_then(|milestone| milestone.data.as_deref());
        let store = tito_data::Store::at(self.course.join("data"));
        let own = data.filter(|data| tito_data::Description::named(data).is_err());
        let own = own.map(|own| self.course.join("data").join(own).display().to_string());
        let limits = course::limits(settings, &self.course, self.milestone)?;
        let grading = Grading {
            data: &dataset::choose(&milestone, own.as_deref().or(data), &store)?,
            milestone: &milestone,
            limits: &limits,
            store: &store,
            secret: Some(secret),
            isolation: &self.walls.isolation(&limits, None)?,
            remembered: None,
            jobs: None,
            is_alone: false,
        };
        let Read { component, mut files, .. } = read;
        files.insert("component.wasm".into(), component);
        Ok(grading.grade(Submission::of_files(files, milestone.brings))?.graded)
    }

    /// What the course's rules make of it, as if it were the student's only attempt.
    fn lines(&self, rules: &Rules, handed_in: &HandedIn, grade: &Grade) -> Vec<String> {
        let Some(milestone) = rules.milestone(self.milestone) else { return Vec::new() };
        let mut gradebook = Gradebook::default();
        let events = one_attempt(handed_in, grade);
        events.iter().for_each(|entry| gradebook.add(entry));
        let Some(record) = gradebook.students.get(&handed_in.student) else { return Vec::new() };
        settle(rules, milestone, record).lines.into_iter().map(|line| line.text).collect()
    }
}

/// That somebody handed this in, and what it was graded.
fn one_attempt(handed_in: &HandedIn, grade: &Grade) -> Vec<Entry> {
    use tito_gradebook::{Conditions, Marks, Outcome};
    let HandedIn { student, milestone, submitted, time_from, .. } = handed_in.clone();
    let person = Student { id: student.clone(), name: student.clone(), ..Student::default() };
    let submission = String::new();
    let conditions = Conditions {
        grader: String::new(),
        engine: String::new(),
        seed: grade.seed.clone(),
        data: grade.data.clone(),
        vision: None,
        limits: String::new(),
        rubric: String::new(),
    };
    let outcome = Outcome::Graded(Marks::of(grade, String::new()));
    let component = Some(grade.component.clone());
    let events = [
        Event::Enrolled { student: person },
        Event::Received {
            submission: submission.clone(),
            student,
            milestone,
            submitted,
            time_from,
            component,
        },
        Event::Graded { submission, conditions, outcome, observed: None },
    ];
    events.map(|event| Entry { at: submitted, by: String::new(), nonce: String::new(), event }).into()
}
