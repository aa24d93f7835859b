//! `tito assessment run`: one student's submissions for one milestone.

use clap::Args;
use serde::Serialize;
use tito_course::Course;
use tito_gradebook::{Attempt, Event, Settled, settle};

use crate::{
    course::{self, CourseFolder},
    course_grading::{CourseGrading, Job},
    exit::Exit,
    failure::Failure,
    folders::DataFolder,
    isolation::Walls,
    report::{self, Audience, Output},
    screen,
};

/// Grades what one student has handed in for a milestone and waits, and shows the instructor's report.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito assessment run --student john_doe --milestone 3")]
pub(crate) struct Run {
    /// Whose
    #[arg(long, value_name = "ID")]
    student: String,
    /// The milestone's number
    #[arg(long, value_name = "N")]
    milestone: u32,
    /// Grade again what was graded; the new grade counts, and the old one stays in the log
    #[arg(long)]
    regrade: bool,
    #[command(flatten)]
    course: CourseFolder,
    #[command(flatten)]
    data_folder: DataFolder,
    #[command(flatten)]
    walls: Walls,
    #[command(flatten)]
    output: Output,
}

impl Run {
    /// Ends as the last of the submissions does.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut course = self.course.open()?;
        let grading = CourseGrading::new(&course, self.milestone, &self.data_folder, self.walls)?;
        let _locked = course.lock()?;
        let mut exit = Exit::Passed;
        let mut gradings = Vec::new();
        for job in self.jobs(&course)? {
            let (event, run) = grading.grade(&job, None)?;
            exit = run.as_ref().map_or(Exit::Refused, report::exit);
            course.append(vec![event.clone()])?;
            match self.output.json {
                true => gradings.push(event),
                false => show(&grading, &event, run, self.output)?,
            }
        }
        let settled = self.settled(&course)?;
        if self.output.json {
            screen::print_json("tito.course-run", &Document { gradings, settled })?;
        } else {
            let lines: String = settled.lines.iter().map(|line| format!("  {}\n", line.text)).collect();
            screen::print(&format!("\n{}\n{lines}", screen::heading("What counts")))?;
        }
        Ok(exit)
    }

    fn jobs(&self, course: &Course) -> Result<Vec<Job>, Failure> {
        let (rules, record) = (course::rules(course), course::student(course, &self.student)?);
        let case = record.milestones.get(&self.milestone).filter(|case| !case.attempts.is_empty());
        let Some(case) = case else {
            let problem = format!("{} has handed in nothing for milestone {}", self.student, self.milestone);
            return Err(Failure::usage(problem).help("`tito assessment receive` takes in what is handed in"));
        };
        let is_wanted = |attempt: &Attempt| self.regrade || attempt.gradings.is_empty();
        let wanted = case.looked_at(&rules.attempts).filter(|(_, attempt)| is_wanted(attempt));
        Ok(wanted.map(|attempt| Job::new(rules, record, self.milestone, attempt)).collect())
    }

    /// What counts, and how it came about.
    fn settled(&self, course: &Course) -> Result<Settled, Failure> {
        let record = course::student(course, &self.student)?;
        Ok(settle(course::rules(course), course::milestone(course, self.milestone)?, record))
    }
}

/// What was graded now, and what counts.
#[derive(Serialize)]
struct Document {
    gradings: Vec<Event>,
    settled: Settled,
}

/// Shows a report, or why there is none.
fn show(
    grading: &CourseGrading,
    event: &Event,
    run: Option<crate::grading::Run>,
    output: Output,
) -> Result<(), Failure> {
    let Some(run) = run else {
        let Event::Graded { outcome: tito_gradebook::Outcome::Refused { message, .. }, .. } = event else {
            unreachable!("what was not run was refused")
        };
        return screen::print(&format!("refused: {message}\n"));
    };
    report::print(&grading.grading(None), run, Audience::Instructor, output).map(|_| ())
}
