//! `tito assessment roster`: who takes the course.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use tito_course::Course;
use tito_gradebook::{Event, Record, Student};
use tito_lms::{Person, Skipped};

use crate::{
    course::{self, CourseFolder},
    exit::Exit,
    failure::Failure,
    input, screen,
};

/// A roster is no longer.
const BYTES: u64 = 16 << 20;

/// Who takes the course.
#[derive(Debug, Subcommand)]
pub(crate) enum Roster {
    /// Take in a roster, as Canvas or Gradescope export it or with columns of your own
    Import(Import),
    /// Everybody who takes the course
    List(List),
    /// Note that somebody has left; what they handed in stays
    Withdraw(Withdraw),
}

impl Roster {
    /// Does it.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Import(command) => command.run(),
            Self::List(command) => command.run(),
            Self::Withdraw(command) => command.run(),
        }
    }
}

/// Takes in a roster: a gradebook or a list of people as Canvas or Gradescope export it, or a CSV with the columns id, name,
/// email and section in any order, of which id may be missing.
///
/// Who is there already keeps their id, known by the numbers, the address or an id that the file gives; whoever would be
/// called like somebody else gets a number behind the id. Nobody is taken out.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito assessment roster import roster.csv")]
pub(crate) struct Import {
    /// The CSV file
    file: PathBuf,
    #[command(flatten)]
    course: CourseFolder,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Shows everybody who takes the course.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito assessment roster list")]
pub(crate) struct List {
    #[command(flatten)]
    course: CourseFolder,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Notes that somebody has left: they count in no figure and no batch any more. What they handed in stays.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tito assessment roster withdraw --student john_doe --reason \"dropped the course\""
)]
pub(crate) struct Withdraw {
    /// Who
    #[arg(long, value_name = "ID")]
    student: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    course: CourseFolder,
}

#[derive(Serialize)]
struct Imported {
    new: Vec<Student>,
    changed: Vec<Student>,
    unchanged: usize,
    skipped: Vec<String>,
}

impl Import {
    fn run(self) -> Result<Exit, Failure> {
        let mut course = self.course.open()?;
        let bytes = input::read("roster", &self.file, BYTES)?;
        let failed = || Failure::usage(format!("cannot read the roster '{}'", self.file.display()));
        let roster = tito_lms::roster(&bytes).map_err(|error| failed().because(error))?;
        let known: Vec<_> = course.gradebook().students.values().map(person).collect();
        let people = tito_lms::recognise(roster.people, &known).map_err(|error| failed().because(error))?;
        let mut imported =
            Imported { new: Vec::new(), changed: Vec::new(), unchanged: 0, skipped: Vec::new() };
        imported.skipped =
            roster.skipped.iter().map(|Skipped { row, why }| format!("row {row}: {why}")).collect();
        for person in people {
            imported.take(&course, student(person));
        }
        let of_both = imported.new.iter().chain(&imported.changed).cloned();
        course.append(of_both.map(|student| Event::Enrolled { student }).collect())?;
        if self.json {
            screen::print_json("tito.roster-import", &imported)?;
        } else {
            screen::print(&imported.text())?;
        }
        Ok(Exit::Passed)
    }
}

impl Imported {
    fn take(&mut self, course: &Course, mut student: Student) {
        let known = course.gradebook().students.get(&student.id);
        if let Some(known) = known {
            // What another system knows of somebody stays when this one does not say it.
            let Student { email, section, canvas_id, sis_id, login, .. } = &known.student;
            let or = |new: Option<String>, old: &Option<String>| new.or_else(|| old.clone());
            student.email = or(student.email, email);
            student.section = or(student.section, section);
            student.canvas_id = or(student.canvas_id, canvas_id);
            student.sis_id = or(student.sis_id, sis_id);
            student.login = or(student.login, login);
        }
        match known {
            Some(known) if known.student == student && known.withdrawn.is_none() => self.unchanged += 1,
            Some(_) => self.changed.push(student),
            None => self.new.push(student),
        }
    }

    fn text(&self) -> String {
        let Self { new, changed, unchanged, skipped } = self;
        let (new, changed) = (new.len(), changed.len());
        let mut text = format!("{new} new, {changed} changed, {unchanged} as they were\n");
        skipped.iter().for_each(|skipped| text += &format!("  passed over: {skipped}\n"));
        text
    }
}

fn student(person: Person) -> Student {
    let Person { id, is_id_given: _, name, email, section, canvas_id, sis_id, login } = person;
    Student { id, name, email, section, canvas_id, sis_id, login }
}

/// Somebody in the course as the files of other systems know people; the id is the course's own.
pub(super) fn person(record: &Record) -> Person {
    let Student { id, name, email, section, canvas_id, sis_id, login } = record.student.clone();
    Person { id, is_id_given: true, name, email, section, canvas_id, sis_id, login }
}

impl List {
    fn run(self) -> Result<Exit, Failure> {
        #[derive(Serialize)]
        struct Listed<'a> {
            students: Vec<&'a Student>,
        }
        let course = self.course.open()?;
        let students: Vec<_> = course.gradebook().enrolled().map(|record| &record.student).collect();
        if self.json {
            screen::print_json("tito.roster", &Listed { students })?;
        } else {
            let or_blank = |text: &Option<String>| text.clone().unwrap_or_default();
            let rows = students.iter().map(|student| {
                let (email, section) = (or_blank(&student.email), or_blank(&student.section));
                [student.id.clone(), student.name.clone(), email, section]
            });
            screen::print(&format!("{}\n{} students\n", screen::table(rows), students.len()))?;
        }
        Ok(Exit::Passed)
    }
}

impl Withdraw {
    fn run(self) -> Result<Exit, Failure> {
        let mut course = self.course.open()?;
        course::student(&course, &self.student)?;
        course.append(vec![Event::Withdrawn { student: self.student.clone(), reason: self.reason }])?;
        screen::print(&format!(
            "{} has left the course; an import that lists them takes them in again\n",
            self.student
        ))?;
        Ok(Exit::Passed)
    }
}
