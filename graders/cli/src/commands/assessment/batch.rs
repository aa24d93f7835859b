//! `tito assessment batch`: many submissions at once, of a class or in a folder.

mod class;
mod folder;
mod state;

use std::{path::PathBuf, thread};

use clap::Args;

use crate::{
    course::CourseFolder,
    exit::Exit,
    failure::Failure,
    folders::DataFolder,
    isolation::Walls,
    milestone_inputs::{self, Inputs},
};

/// Grades a class's submissions, or every component in a folder, as many at a time as there are cores.
///
/// One that cannot be graded stops nobody else. Stopped or killed, it has lost only what it was grading, and goes on from
/// there when it is started again.
///
/// Of a class it grades what waits. With --regrade it grades everything again, shows every grade that would change, and
/// keeps that until --apply; the old grades stay in the log.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tito assessment batch --class cs329s_2024 --milestone 4
  tito assessment batch --class cs329s_2024 --milestone 4 --regrade
  tito assessment batch --milestone 1 --course-secret course.key --reports reports submissions")]
pub(crate) struct Batch {
    /// Without a course: where the components are, `*.wasm`, in this folder or the folders in it
    #[arg(required_unless_present = "class")]
    folder: Option<PathBuf>,
    /// The class of the course
    #[arg(long, value_name = "CLASS", conflicts_with = "folder")]
    class: Option<String>,
    /// The milestone's number
    #[arg(long, value_name = "N")]
    milestone: u32,
    /// Grade what was not graded yet, and nothing else: what a class's batch does anyway
    #[arg(long, requires = "class", conflicts_with = "regrade")]
    only_missing: bool,
    /// Grade again what was graded, and show every grade that would change
    #[arg(long, requires = "class")]
    regrade: bool,
    /// Note the new grades
    #[arg(long, requires = "regrade")]
    apply: bool,
    #[command(flatten)]
    course: CourseFolder,
    /// Write every instructor's report here, as JSON, in the same folders as the components
    #[arg(long, value_name = "FOLDER", conflicts_with = "class")]
    reports: Option<PathBuf>,
    /// How many submissions are graded at the same time [default: one a core]
    #[arg(long, value_name = "N", value_parser = milestone_inputs::jobs)]
    jobs: Option<usize>,
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    data_folder: DataFolder,
    #[command(flatten)]
    walls: Walls,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Batch {
    /// Passes where everything was graded or refused, whatever the grades.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let jobs = self.jobs.or_else(|| thread::available_parallelism().ok().map(usize::from)).unwrap_or(1);
        match &self.folder {
            Some(folder) => folder::Folder {
                folder,
                milestone: self.milestone,
                reports: self.reports.as_deref(),
                jobs,
                inputs: &self.inputs,
                data_folder: &self.data_folder,
                walls: self.walls,
                json: self.json,
            }
            .run(),
            None => class::Class {
                course: self.course.open()?,
                class: self.class.as_deref(),
                milestone: self.milestone,
                what: match (self.regrade, self.apply) {
                    (false, _) => class::What::Waiting,
                    (true, apply) => class::What::Again { apply },
                },
                jobs,
                data_folder: &self.data_folder,
                walls: self.walls,
                json: self.json,
            }
            .run(),
        }
    }
}
