//! `tito assessment gradebook`: everybody's grades as a spreadsheet, for Canvas or for people.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::Args;
use jiff::Timestamp;
use tito_artifact::Digest;
use tito_course::{Course, now};
use tito_gradebook::{Event, Record, Rules, Settled, State};
use tito_lms::{CanvasGradebook, Cell, Import, Mark, StudentMarks};

use super::{configure::numbered, roster::person};
use crate::{
    course::{self, CourseFolder},
    exit::Exit,
    failure::Failure,
    files::write_whole,
    input, screen,
};

/// A gradebook is no longer.
const BYTES: u64 = 64 << 20;

/// Writes everybody's grades as CSV: with columns of its own, or as the file that Canvas imports.
///
/// For Canvas, export its gradebook first and name it with --canvas: only columns that it has are written, and every grade
/// that the import would change is shown. Canvas takes off for lateness by itself where its own late policy is on: turn that
/// off, since these grades have lateness in them already.
///
/// What was never handed in is 0 once nothing is taken any more, as in the course's grade. What is not decided yet is shown:
/// scores that a check by a person may still change, which go to Canvas with --provisional alone, and what has no score.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tito assessment gradebook --out grades.csv
  tito assessment gradebook --canvas exported.csv --column 1=\"Milestone 1\" --out import.csv")]
pub(crate) struct Gradebook {
    /// The gradebook that Canvas exported
    #[arg(long, value_name = "FILE", requires = "columns")]
    canvas: Option<PathBuf>,
    /// Which of its columns is a milestone's: by number, heading or title
    #[arg(long = "column", value_name = "N=COLUMN", value_parser = column, requires = "canvas")]
    columns: Vec<(u32, String)>,
    /// Write scores into Canvas that may still change without anything new being handed in, too
    #[arg(long, requires = "canvas")]
    provisional: bool,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    course: CourseFolder,
}

impl Gradebook {
    /// Passes where the file is written; what it would change in Canvas is shown.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut course = self.course.open()?;
        let class = class(&course);
        let (bytes, text) = match &self.canvas {
            Some(path) => {
                let import = self.import(&course, &class, path)?;
                let text = changes(&import);
                (import.csv, text)
            }
            None => (plain(&course, &class), String::new()),
        };
        let text = text + &self.undecided(&class);
        write_whole(&self.out, &bytes)
            .map_err(|error| Failure::io("write the gradebook", &self.out, error))?;
        let sha256 = Digest::of(&bytes).to_string();
        let to = if self.canvas.is_some() { "canvas-csv" } else { "csv" };
        course.append(vec![Event::Exported { to: to.into(), sha256 }])?;
        screen::print(&format!("{text}'{}' is written\n", self.out.display()))?;
        Ok(Exit::Passed)
    }

    fn import(&self, course: &Course, class: &[Row], path: &Path) -> Result<Import, Failure> {
        let failed = || Failure::usage(format!("cannot use Canvas's gradebook '{}'", path.display()));
        let bytes = input::read("gradebook", path, BYTES)?;
        let gradebook = CanvasGradebook::read(&bytes).map_err(|error| failed().because(error))?;
        for (number, _) in &self.columns {
            course::milestone(course, *number)?;
        }
        let students: Vec<_> = class.iter().map(|row| row.marks(self.provisional)).collect();
        let columns: BTreeMap<_, _> = self.columns.iter().cloned().collect();
        gradebook.import(&students, &columns).map_err(|error| failed().because(error))
    }

    /// What is not decided of that which is written.
    fn undecided(&self, class: &[Row]) -> String {
        let is_written =
            |number: u32| self.canvas.is_none() || self.columns.iter().any(|(of, _)| *of == number);
        let is_left_out = self.canvas.is_some() && !self.provisional;
        undecided(class, is_left_out, is_written)
    }
}

/// A student's row.
struct Row {
    record: Record,
    /// Every milestone, with the 0 for what can be handed in no more.
    milestones: Vec<(u32, Settled)>,
    /// The score in the course.
    total: Option<f64>,
}

/// Everybody who takes the course, as of this moment.
fn class(course: &Course) -> Vec<Row> {
    let (rules, now) = (course::rules(course), now());
    course.gradebook().enrolled().map(|record| Row::of(rules, record, now)).collect()
}

impl Row {
    fn of(rules: &Rules, record: &Record, now: Timestamp) -> Self {
        let grade = tito_gradebook::course(rules, record, now);
        let mut milestones = grade.milestones;
        for (number, settled) in &mut milestones {
            if settled.state == State::Missing {
                settled.score = missing(rules, record, *number, now);
            }
        }
        Self { record: record.clone(), milestones, total: grade.score }
    }

    /// What goes to Canvas.
    fn marks(&self, with_provisional: bool) -> StudentMarks {
        let mark = |(number, settled): &(u32, Settled)| match (settled.state, settled.score) {
            (State::Excused, _) => Some((*number, Mark::Excused)),
            (_, Some(score)) if with_provisional || !settled.provisional => {
                Some((*number, Mark::Score(score)))
            }
            _ => None,
        };
        let student = &self.record.student;
        StudentMarks {
            id: student.id.clone(),
            canvas_id: student.canvas_id.clone(),
            sis_id: student.sis_id.clone(),
            login: student.login.clone(),
            marks: self.milestones.iter().filter_map(mark).collect(),
        }
    }
}

/// The 0 that a milestone without an attempt gives to the course once it is closed: what a course of it alone gives.
fn missing(rules: &Rules, record: &Record, number: u32, now: Timestamp) -> Option<f64> {
    let milestones = rules.milestone(number).into_iter().cloned().collect();
    tito_gradebook::course(&Rules { milestones, ..rules.clone() }, record, now).score
}

/// Everybody's scores, and the course's, with columns of our own.
fn plain(course: &Course, class: &[Row]) -> Vec<u8> {
    let milestones = course::rules(course).milestones.iter();
    let names = milestones.map(|milestone| format!("{} {}", milestone.number, milestone.name));
    let names: Vec<_> = names.chain(["Course".to_owned()]).collect();
    let cell = |score: Option<f64>| score.map_or(Cell::Empty, Cell::Points);
    let rows = class.iter().map(|row| {
        let of_milestones = row.milestones.iter().map(|(_, settled)| match settled.state {
            State::Excused => Cell::Excused,
            _ => cell(settled.score),
        });
        (person(&row.record), of_milestones.chain([cell(row.total)]).collect())
    });
    let rows: Vec<_> = rows.collect();
    tito_lms::gradebook(&names.iter().map(String::as_str).collect::<Vec<_>>(), &rows)
}

/// Whose milestones are not decided, a line for each reason.
fn undecided(class: &[Row], is_left_out: bool, is_written: impl Fn(u32) -> bool) -> String {
    let line = |what: &str, is_it: fn(&Settled) -> bool| {
        let cells = class.iter().flat_map(|row| row.milestones.iter().map(move |cell| (row, cell)));
        let those = cells.filter(|(_, (number, settled))| is_written(*number) && is_it(settled));
        let those: Vec<_> =
            those.map(|(row, (number, _))| format!("{} {number}", row.record.student.id)).collect();
        if those.is_empty() { String::new() } else { format!("{what}: {}\n", those.join(", ")) }
    };
    let provisional = if is_left_out { "provisional, left out without --provisional" } else { "provisional" };
    line(provisional, |settled| settled.provisional)
        + &line("not graded yet", |settled| settled.state == State::Waiting)
        + &line("quarantined, a person must look at it", |settled| settled.state == State::Quarantined)
}

/// What an import would change, and who is not in Canvas.
fn changes(import: &Import) -> String {
    let rows = import.changes.iter().map(|change| {
        let was = if change.old.is_empty() { "nothing" } else { &change.old };
        [change.id.clone(), change.heading.clone(), format!("{was} -> {}", change.new)]
    });
    let mut text = format!(
        "{}\n{} grades change in Canvas, {} are there already\n",
        screen::table(rows),
        import.changes.len(),
        import.unchanged
    );
    if !import.absent.is_empty() {
        text += &format!("not in Canvas's gradebook: {}\n", import.absent.join(", "));
    }
    for (student, heading) in &import.not_assigned {
        text += &format!("{student} is not assigned '{heading}' in Canvas\n");
    }
    text
}

fn column(text: &str) -> Result<(u32, String), String> {
    let (number, column) = numbered(text)?;
    Ok((number, column.to_owned()))
}

#[cfg(test)]
mod tests {
    use tito_gradebook::{Attempts, Case, Given, Late, MilestoneRules};

    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    /// Two milestones, the first due in October and closed a week later.
    fn rules() -> Rules {
        let milestone = |number, due: Option<&str>| MilestoneRules {
            number,
            name: String::new(),
            weight: 50.0,
            due: due.map(time),
            benchmark: None,
            data: None,
        };
        Rules {
            course: "C 2026".into(),
            class: "c_2026".into(),
            milestones: vec![milestone(1, Some("2026-10-01T12:00:00Z")), milestone(2, None)],
            late: Late::default(),
            attempts: Attempts::default(),
        }
    }

    #[track_caller]
    fn check(record: &Record, now: &str, expected: [Option<f64>; 2]) {
        let row = Row::of(&rules(), record, time(now));
        let scores: Vec<_> = row.milestones.iter().map(|(_, settled)| settled.score).collect();
        assert_eq!(scores, expected);
    }

    #[test]
    fn what_is_handed_in_no_more_is_0() {
        let record = Record::default();
        check(&record, "2026-10-01T11:00:00Z", [None, None]);
        check(&record, "2026-10-08T11:00:00Z", [None, None]);
        check(&record, "2026-10-08T13:00:00Z", [Some(0.0), None]);
        let given = Given { value: (), reason: String::new(), by: String::new(), at: Timestamp::UNIX_EPOCH };
        let case = Case { excused: Some(given), ..Case::default() };
        let record = Record { milestones: [(1, case)].into(), ..Record::default() };
        check(&record, "2026-10-08T13:00:00Z", [None, None]);
    }

    #[test]
    fn what_is_not_decided_is_shown_and_kept_from_canvas() {
        let mut row = Row::of(&rules(), &Record::default(), time("2026-10-08T13:00:00Z"));
        row.record.student.id = "ada".into();
        let first = &mut row.milestones[0].1;
        (first.state, first.score, first.provisional) = (State::Graded, Some(90.0), true);
        row.milestones[1].1.state = State::Waiting;
        assert_eq!(row.marks(false).marks, BTreeMap::new());
        assert_eq!(row.marks(true).marks, BTreeMap::from([(1, Mark::Score(90.0))]));
        let class = [row];
        assert_eq!(undecided(&class, false, |_| true), "provisional: ada 1\nnot graded yet: ada 2\n");
        assert_eq!(
            undecided(&class, true, |number| number == 1),
            "provisional, left out without --provisional: ada 1\n"
        );
        let mut class = class;
        class[0].milestones[0].1.state = State::Quarantined;
        class[0].milestones[0].1.provisional = false;
        assert_eq!(
            undecided(&class, false, |number| number == 1),
            "quarantined, a person must look at it: ada 1\n"
        );
    }
}
