//! `tito assessment report`: what a student's course looks like.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use tito_course::{Course, DetailSeen, now};
use tito_grade::Grade;
use tito_gradebook::{Record, Rules};
use tito_report::{
    Detail,
    class::{self, ClassReport},
    student::{Sources, StudentReport, csv, html, json, markdown, terminal},
};

use crate::{
    course::{self, CourseFolder},
    course_grading::stored,
    exit::Exit,
    failure::Failure,
    files::write_whole,
    report::Audience,
    screen,
};

/// Shows a student's milestones: what counts, how it came about, and every check; or how a class did.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tito assessment report --class cs329s_2024 --format html --out class.html
  tito assessment report --student john_doe --all-milestones
  tito assessment report --student john_doe --milestone 3 --for student --format html --out john.html
  tito assessment report --each-student reports --for student --format html")]
pub(crate) struct Report {
    /// Whose
    #[arg(long, value_name = "ID", required_unless_present_any = ["class", "each_student"])]
    student: Option<String>,
    /// Of everybody, each into a file of this folder that is called by the student's id
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["student", "class", "out"], requires = "audience")]
    each_student: Option<PathBuf>,
    /// Of the whole class, for instructors
    #[arg(long, value_name = "CLASS", conflicts_with_all = ["student", "milestone", "all_milestones", "audience"])]
    class: Option<String>,
    /// One milestone alone
    #[arg(long, value_name = "N", conflicts_with = "all_milestones")]
    milestone: Option<u32>,
    /// All milestones of the course, which is the default
    #[arg(long)]
    all_milestones: bool,
    /// Who will read it: a student sees no hidden case, and as much of the rest as the course shows
    /// [default: instructor]
    #[arg(long = "for", value_name = "WHO")]
    audience: Option<Audience>,
    /// The score below which a milestone went badly, for who needs help in a class
    #[arg(long, value_name = "POINTS", default_value_t = THRESHOLD, requires = "class")]
    threshold: f64,
    #[command(flatten)]
    form: Form,
    #[command(flatten)]
    course: CourseFolder,
}

/// The level Developing begins there.
pub(super) const THRESHOLD: f64 = 70.0;

/// In which form, and where to.
#[derive(Debug, Args)]
pub(super) struct Form {
    /// In which form
    #[arg(long, value_name = "FORM", default_value = "terminal")]
    pub(super) format: Format,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,
    /// Write it into this file
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

/// The forms that a report has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Terminal,
    Json,
    Html,
    Markdown,
    Csv,
}

impl Format {
    /// What names of files end with.
    fn ending(self) -> &'static str {
        match self {
            Self::Terminal => "txt",
            Self::Json => "json",
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Csv => "csv",
        }
    }
}

impl Form {
    /// Which it is.
    pub(super) fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }

    /// Prints a report, or writes it into the file.
    pub(super) fn give(&self, text: &str) -> Result<Exit, Failure> {
        match &self.out {
            None => screen::print(text)?,
            Some(path) => {
                write_whole(path, text.as_bytes())
                    .map_err(|error| Failure::io("write the report", path, error))?;
            }
        }
        Ok(Exit::Passed)
    }
}

impl Report {
    /// Passes where there is such a student, or class.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let course = self.course.open()?;
        match (&self.student, &self.each_student) {
            (Some(student), _) => {
                let record = course::student(&course, student)?;
                self.form.give(&self.student(&course, record)?)
            }
            (None, Some(folder)) => self.each_student(&course, folder),
            (None, None) => self.class(&course),
        }
    }

    fn each_student(&self, course: &Course, folder: &Path) -> Result<Exit, Failure> {
        let mut written = 0;
        for record in course.gradebook().enrolled() {
            let path = folder.join(format!("{}.{}", record.student.id, self.form.format().ending()));
            let report = self.student(course, record)?;
            write_whole(&path, report.as_bytes())
                .map_err(|error| Failure::io("write the report", &path, error))?;
            written += 1;
        }
        screen::print(&format!("{written} reports are written into '{}'\n", folder.display()))?;
        Ok(Exit::Passed)
    }

    /// One student's report in the form that is wanted.
    fn student(&self, course: &Course, record: &Record) -> Result<String, Failure> {
        let audience = self.audience.unwrap_or(Audience::Instructor);
        let report = of(course, &self.rules(course)?, record, audience, now())?;
        Ok(match self.form.format() {
            Format::Terminal => terminal(&report, screen::style()),
            Format::Json => json(&report),
            Format::Html => html(&report),
            Format::Markdown => markdown(&report),
            Format::Csv => csv(&report),
        })
    }

    fn class(&self, course: &Course) -> Result<Exit, Failure> {
        course::is_class(course, self.class.as_deref())?;
        let report = ClassReport::new(screen::tool(), course.gradebook(), self.threshold, now());
        let report = report.expect("opening a course notes its rules");
        self.form.give(&match self.form.format() {
            Format::Terminal => class::terminal(&report, screen::style()),
            Format::Json => class::json(&report),
            Format::Html => class::html(&report),
            Format::Markdown => class::markdown(&report),
            Format::Csv => class::csv(&report),
        })
    }

    /// What the course has decided, of the milestones that are wanted.
    fn rules(&self, course: &Course) -> Result<Rules, Failure> {
        let mut rules = course::rules(course).clone();
        if let Some(number) = self.milestone {
            course::milestone(course, number)?;
            rules.milestones.retain(|milestone| milestone.number == number);
        }
        Ok(rules)
    }
}

/// A student's report at this moment.
pub(super) fn of(
    course: &Course,
    rules: &Rules,
    record: &Record,
    audience: Audience,
    at: Timestamp,
) -> Result<StudentReport, Failure> {
    Ok(StudentReport::new(Sources {
        tool: screen::tool(),
        rules,
        record,
        grade: &tito_gradebook::course(rules, record, at),
        grades: &grades(course, rules, record)?,
        audience: audience.into(),
        detail: detail(course.settings().students_see.detail),
        generated_at: at,
    }))
}

/// The whole grades of a student's submissions, by their names.
fn grades(course: &Course, rules: &Rules, record: &Record) -> Result<BTreeMap<String, Grade>, Failure> {
    let cases = rules.milestones.iter().filter_map(|milestone| record.milestones.get(&milestone.number));
    let mut grades = BTreeMap::new();
    for attempt in cases.flat_map(|case| &case.attempts) {
        if let Some(graded) = attempt.graded()
            && let Some(grade) = stored(course.store(), graded)?
        {
            grades.insert(attempt.submission.clone(), grade);
        }
    }
    Ok(grades)
}

fn detail(seen: DetailSeen) -> Detail {
    match seen {
        DetailSeen::Scores => Detail::Scores,
        DetailSeen::Checks => Detail::Checks,
        DetailSeen::Evidence => Detail::Evidence,
    }
}
