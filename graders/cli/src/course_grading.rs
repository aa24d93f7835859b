//! Submissions of a course, from the store to what the log keeps of a grading.

use std::{
    collections::BTreeMap,
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::OnceLock,
};

use serde::{Deserialize, Serialize};
use tito_artifact::{Digest, Limits};
use tito_course::{Course, Manifest, Store};
use tito_grade::{ComponentId, DataUsed, Grade, Table};
use tito_gradebook::{Attempt, Conditions, Event, Marks, Outcome, Record, Rules, settle};
use tito_judge::Seed;
use tito_milestones::Milestone;
use tito_submission::{Refused, SubmissionLimits};
use tito_worker::Isolation;

use crate::{
    commands, course,
    dataset::{self, Material},
    failure::Failure,
    folders::DataFolder,
    grading::{Graded, Grading, Run},
    isolation::Walls,
    milestone_inputs, screen,
    submission::Submission,
};

/// How a course's submissions for one milestone are graded.
pub(crate) struct CourseGrading {
    milestone: Milestone,
    limits: Limits,
    /// SHA-256 of both as JSON, which the conditions of every grading name.
    limits_digest: String,
    rubric_digest: String,
    data: Material,
    data_store: tito_data::Store,
    secret: [u8; 32],
    isolation: Isolation,
    store: Store,
}

/// A submission that is to be graded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    /// Its name.
    pub(crate) submission: String,
    /// Whose it is.
    pub(crate) student: String,
    /// Which of the student's attempts, from 1.
    pub(crate) attempt: usize,
    /// The submission that milestone 5 compares with: one whose component was graded for vision, or this one itself, whose
    /// `vision.wasm` it is then.
    vision: Option<String>,
}

impl Job {
    /// A grading that was noted, to be derived again from what it names.
    pub(crate) fn again(record: &Record, attempt: (usize, &Attempt), graded: &Conditions) -> Self {
        Self::of(record, attempt, graded.vision.clone())
    }

    /// One of a student's attempts.
    pub(crate) fn new(rules: &Rules, record: &Record, milestone: u32, attempt: (usize, &Attempt)) -> Self {
        // What was graded for vision cannot be made up; what is handed in beside the component can.
        let handed_in = || attempt.1.submission.clone();
        Self::of(record, attempt, (milestone == 5).then(|| vision(rules, record).unwrap_or_else(handed_in)))
    }

    fn of(record: &Record, (attempt, handed_in): (usize, &Attempt), vision: Option<String>) -> Self {
        let (submission, student) = (handed_in.submission.clone(), record.student.id.clone());
        Self { submission, student, attempt, vision }
    }
}

/// The submission that counts for the last of the vision milestones that has one.
fn vision(rules: &Rules, record: &Record) -> Option<String> {
    let of =
        |number| rules.milestone(number).and_then(|milestone| settle(rules, milestone, record).submission);
    [4, 3, 2].into_iter().find_map(of)
}

impl CourseGrading {
    /// For this milestone of a course, on data that must be there.
    pub(crate) fn new(
        course: &Course,
        number: u32,
        data_folder: &DataFolder,
        walls: Walls,
    ) -> Result<Self, Failure> {
        let rules = course::milestone(course, number)?;
        let milestone = commands::milestone::graded(number)?;
        let limits = course::limits(course.settings(), course.folder(), number)?;
        let data_store = data_folder.store()?;
        let Some(name) = &rules.data else {
            let failure = Failure::usage(format!("nobody has decided what milestone {number} is graded on"));
            return Err(failure.help(format!("`tito assessment setup-milestone {number} --benchmark NAME`")));
        };
        Ok(Self {
            limits_digest: digest(&limits),
            rubric_digest: digest(&milestone.rubric),
            data: dataset::choose(&milestone, Some(name), &data_store)?,
            milestone,
            isolation: walls.isolation(&limits, milestone_inputs::cache())?,
            limits,
            data_store,
            secret: course.secret()?,
            store: course.store().clone(),
        })
    }

    /// Grades one submission, on as many threads as `jobs`; the whole grade is in the store then, and the log has yet to
    /// hear of it. With it comes what a report is made of, where it was run.
    ///
    /// A panic is ours, and must cost nobody else a grade. Its message is on standard error.
    pub(crate) fn grade(&self, job: &Job, jobs: Option<usize>) -> Result<(Event, Option<Run>), Failure> {
        let graded = catch_unwind(AssertUnwindSafe(|| self.stages(job, jobs)));
        graded.unwrap_or_else(|_| Err(Failure::ours("tito panicked; this is a bug of tito's")))
    }

    fn stages(&self, job: &Job, jobs: Option<usize>) -> Result<(Event, Option<Run>), Failure> {
        let manifest = self.store.manifest(&job.submission)?;
        let files = match manifest.unreadable {
            None => Ok(self.store.files(&manifest)?),
            Some(_) => self.read_again(&manifest)?,
        };
        let files = match files {
            Ok(files) => files,
            Err(refused) => {
                let outcome = Outcome::Refused { rule: refused.rule.to_string(), message: refused.message };
                let job = &Job { vision: None, ..job.clone() };
                return Ok((self.event(job, Digest::of(&[]), None, (outcome, None)), None));
            }
        };
        let mut submission = Submission::of_files(files, self.milestone.brings);
        submission.vision = self.vision(job, submission.vision.take())?;
        let job = &Job { vision: job.vision.clone().filter(|_| submission.vision.is_some()), ..job.clone() };
        let component = Digest::of(&submission.bytes);
        let run = self.grading(jobs).grade(submission)?;
        let (outcome, data) = match &run.graded {
            Graded::Refused(refusal) => {
                let (rule, message) = (refusal.rule.to_string(), refusal.message.clone());
                (Outcome::Refused { rule, message }, None)
            }
            Graded::Quarantined(quarantine) => {
                (Outcome::Quarantined { deaths: quarantine.deaths.clone() }, None)
            }
            Graded::Grade(grade) => {
                let name = self.store.put(&grade_bytes(grade))?;
                (Outcome::Graded(Marks::of(grade, name)), Some(grade.data.clone()))
            }
        };
        let observed = self.keep_observed(&run.graded)?;
        Ok((self.event(job, component, data, (outcome, observed)), Some(run)))
    }

    /// The component that is compared with, or the one that was handed in for that.
    fn vision(&self, job: &Job, handed_in: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, Failure> {
        match &job.vision {
            None => Ok(None),
            Some(own) if *own == job.submission => Ok(handed_in),
            Some(graded) => Ok(self.store.files(&self.store.manifest(graded)?)?.remove("component.wasm")),
        }
    }

    /// The files of what could not be read when it was handed in: another tito may be able to.
    fn read_again(&self, manifest: &Manifest) -> Result<Result<BTreeMap<String, Vec<u8>>, Refused>, Failure> {
        let limits = SubmissionLimits::default();
        let read = match &manifest.original {
            Some(original) => tito_submission::read(&self.store.get(&original.sha256)?, &limits),
            None => tito_submission::of_files(self.store.files(manifest)?, &limits),
        };
        Ok(read.map(|read| {
            let component = ("component.wasm".to_owned(), read.component);
            read.files.into_iter().chain([component]).collect()
        }))
    }

    /// Keeps what was seen of the machine, where something was.
    fn keep_observed(&self, graded: &Graded) -> Result<Option<String>, Failure> {
        let Graded::Grade(grade) = graded else { return Ok(None) };
        let observed = Observed::of(grade);
        if observed.is_empty() {
            return Ok(None);
        }
        let bytes = serde_json::to_vec(&observed).expect("tables have string keys and no failing parts");
        Ok(Some(self.store.put(&bytes)?))
    }

    /// How one submission is graded.
    pub(crate) fn grading(&self, jobs: Option<usize>) -> Grading<'_> {
        Grading {
            milestone: &self.milestone,
            limits: &self.limits,
            data: &self.data,
            store: &self.data_store,
            secret: Some(&self.secret),
            isolation: &self.isolation,
            remembered: None,
            jobs,
            is_alone: jobs.is_none(),
        }
    }

    fn event(
        &self,
        job: &Job,
        component: Digest,
        data: Option<DataUsed>,
        (outcome, observed): (Outcome, Option<String>),
    ) -> Event {
        let mut conditions = Conditions { vision: job.vision.clone(), ..self.conditions(component) };
        if let Some(data) = data {
            conditions.data = data;
        }
        Event::Graded { submission: job.submission.clone(), conditions, outcome, observed }
    }

    fn data_name(&self) -> &str {
        let Material { images, text } = &self.data;
        text.as_ref().map_or(images.description().name, |text| text.name())
    }

    /// What a grading of this component is derived from now, but for how many examples there are.
    fn conditions(&self, component: Digest) -> Conditions {
        Conditions {
            grader: grader().to_owned(),
            engine: screen::tool().wasmtime,
            seed: Seed::secret(&self.secret, self.milestone.rubric.number, component).used(),
            data: DataUsed {
                name: self.data_name().into(),
                examples: 0,
                stands_in_for: None,
                imported_sha256: None,
            },
            vision: None,
            limits: self.limits_digest.clone(),
            rubric: self.rubric_digest.clone(),
        }
    }

    /// Whether a grading of this component under these conditions would be derived from the same now.
    pub(crate) fn is_now(&self, component: Option<&ComponentId>, then: &Conditions) -> bool {
        let component = component.and_then(|component| component.sha256.parse().ok());
        let now = self.conditions(component.unwrap_or_else(|| Digest::of(&[])));
        if component.is_some() && then.seed != now.seed {
            return false;
        }
        (&then.grader, &then.engine, &then.limits, &then.rubric, &then.data.name)
            == (&now.grader, &now.engine, &now.limits, &now.rubric, &now.data.name)
    }
}

/// What was seen of the machine, by the check's name.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Observed(BTreeMap<String, Vec<Table>>);

impl Observed {
    fn of(grade: &Grade) -> Self {
        let seen = grade.checks().filter(|check| !check.evidence.observed.is_empty());
        Self(seen.map(|check| (check.name.clone(), check.evidence.observed.clone())).collect())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The grade that a grading found, with what was seen of the machine; `None` where there is none.
pub(crate) fn stored(store: &Store, graded: &tito_gradebook::Graded) -> Result<Option<Grade>, Failure> {
    let Outcome::Graded(marks) = &graded.outcome else { return Ok(None) };
    let failed = |error| Failure::failed(format!("the grade {} cannot be read", marks.grade)).because(error);
    let mut grade: Grade = serde_json::from_slice(&store.get(&marks.grade)?).map_err(failed)?;
    if let Some(observed) = &graded.observed {
        let Observed(mut observed) = serde_json::from_slice(&store.get(observed)?).map_err(failed)?;
        for check in grade.criteria.iter_mut().flat_map(|criterion| &mut criterion.checks) {
            check.evidence.observed = observed.remove(&check.name).unwrap_or_default();
        }
    }
    Ok(Some(grade))
}

/// The bytes of a grade in the store: two gradings that found the same have the same.
fn grade_bytes(grade: &Grade) -> Vec<u8> {
    serde_json::to_vec(grade).expect("a grade has string keys and no failing parts")
}

fn digest(value: &impl Serialize) -> String {
    let json = serde_json::to_value(value).expect("it has string keys and no failing parts");
    Digest::of(json.to_string().as_bytes()).to_string()
}

/// This tito: its version, and the SHA-256 of the program.
fn grader() -> &'static str {
    static GRADER: OnceLock<String> = OnceLock::new();
    GRADER.get_or_init(|| {
        let program = env::current_exe().and_then(fs::read);
        let digest = program.map_or_else(|error| error.to_string(), |bytes| Digest::of(&bytes).to_string());
        format!("{} {digest}", env!("CARGO_PKG_VERSION"))
    })
}
