//! The course that a command works on.

use std::{
    env,
    path::{Path, PathBuf},
};

use clap::Args;
use tito_artifact::Limits;
use tito_course::{Course, CourseError, Settings};
use tito_gradebook::{MilestoneRules, Record, Rules};

use crate::{failure::Failure, milestone_inputs};

/// Which course.
#[derive(Debug, Default, Args)]
pub(crate) struct CourseFolder {
    /// The course's folder [default: this folder, or the next one above it that has a course]
    #[arg(
        id = "course_folder",
        long = "course",
        env = "TITO_COURSE",
        value_name = "FOLDER",
        hide_env_values = true
    )]
    folder: Option<PathBuf>,
}

impl CourseFolder {
    /// Where it is.
    pub(crate) fn find(&self) -> Result<PathBuf, Failure> {
        let from = self.folder.clone().unwrap_or_else(|| ".".into());
        Ok(Course::find(&from)?)
    }

    /// The course, with what its settings say now noted in its log.
    pub(crate) fn open(&self) -> Result<Course, Failure> {
        let mut course = Course::open(&self.find()?, &actor())?;
        course.note_rules(milestone_name)?;
        Ok(course)
    }
}

/// What a milestone is called.
pub(crate) fn milestone_name(number: u32) -> Option<String> {
    tito_milestones::milestone(number).map(|milestone| milestone.rubric.name)
}

/// Whose doing it is: what the account that runs tito is called, which anybody may change for themselves, and its number,
/// which nobody can.
pub(crate) fn actor() -> String {
    let named = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| env::var(name).ok());
    let named = named.filter(|name| !name.is_empty());
    match (named, account()) {
        (Some(name), Some(account)) => format!("{name} (uid {account})"),
        (None, Some(account)) => format!("uid {account}"),
        (named, None) => named.unwrap_or_else(|| "unknown".into()),
    }
}

/// The account's number.
#[cfg(target_os = "linux")]
fn account() -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").ok().map(|found| found.uid())
}

#[cfg(not(target_os = "linux"))]
fn account() -> Option<u32> {
    None
}

/// What the course has decided.
pub(crate) fn rules(course: &Course) -> &Rules {
    course.gradebook().rules.as_ref().expect("opening a course notes its rules")
}

/// What holds for a milestone.
pub(crate) fn milestone(course: &Course, number: u32) -> Result<&MilestoneRules, Failure> {
    rules(course).milestone(number).ok_or_else(|| {
        let failure = Failure::usage(format!("this course does not grade milestone {number}"));
        let has =
            rules(course).milestones.iter().map(|milestone| milestone.number).filter(|has| *has < number);
        let after =
            rules(course).milestones.iter().map(|milestone| milestone.number).filter(|has| *has > number);
        let all: Vec<_> = has.chain([number]).chain(after).map(|number| number.to_string()).collect();
        failure.help(format!("add it: `tito assessment configure --milestones {}`", all.join(",")))
    })
}

/// A student by id.
pub(crate) fn student<'c>(course: &'c Course, id: &str) -> Result<&'c Record, Failure> {
    let students = &course.gradebook().students;
    students.get(id).ok_or_else(|| {
        let failure = Failure::usage(format!("there is no student '{id}' in this course"));
        let near = students.keys().min_by_key(|known| strsim::osa_distance(known, id));
        match near.filter(|known| strsim::osa_distance(known, id) <= 3) {
            Some(near) => failure.help(format!("did you mean '{near}'?")),
            None => failure.help("`tito assessment roster list` shows everybody"),
        }
    })
}

/// What a submission for this milestone may be and use, as the settings of the course in this folder say.
pub(crate) fn limits(settings: &Settings, folder: &Path, number: u32) -> Result<Limits, Failure> {
    let file = settings.milestones.get(&number.to_string()).and_then(|milestone| milestone.limits.as_ref());
    file.map_or_else(|| Ok(Limits::default()), |file| milestone_inputs::limits(&folder.join(file)))
}

/// Refuses another class than this course's.
pub(crate) fn is_class(course: &Course, class: Option<&str>) -> Result<(), Failure> {
    let own = &rules(course).class;
    match class {
        Some(class) if class != own => {
            let failure = Failure::usage(format!("this course's class is '{own}', not '{class}'"));
            Err(failure.help("name the other course with --course FOLDER, or change `class` in course.toml"))
        }
        _ => Ok(()),
    }
}

impl From<CourseError> for Failure {
    fn from(error: CourseError) -> Self {
        use CourseError as E;
        let words = error.to_string();
        match error {
            E::NoCourse(_)
            | E::LeftOver(_)
            | E::Exists(_)
            | E::Settings { .. }
            | E::Busy(_)
            | E::Readable(_)
            | E::Newer { .. } => Self::usage(words),
            E::Damaged(_) => Self::failed(words),
            _ => Self::ours(words),
        }
    }
}
