//! `tito assessment sample-class`: an invented course, to try every command on.

use std::path::PathBuf;

use clap::Args;

use crate::{course, exit::Exit, failure::Failure, sample_class, screen};

/// Makes a course of thirty invented students: right and wrong submissions, late ones, copies and an evil one, all of them
/// handed in and none graded.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  tito assessment sample-class sample && cd sample
  tito assessment batch --class cs329s_2024 --milestone 1")]
pub(crate) struct SampleClass {
    /// Where
    folder: PathBuf,
}

impl SampleClass {
    /// Passes where the course is made.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let course = sample_class::make(&self.folder, &course::actor())?;
        let students = course.gradebook().enrolled().count();
        let of = |record: &tito_gradebook::Record| {
            record.milestones.values().map(|case| case.attempts.len()).sum::<usize>()
        };
        let submissions: usize = course.gradebook().enrolled().map(of).sum();
        screen::print(&format!(
            "{students} invented students have handed in {submissions} submissions, in '{folder}'. Next:

  cd {folder}
  tito assessment batch --class {class} --milestone 1
  tito assessment analyze --class {class} --milestone 1
  tito assessment report --student john_doe --all-milestones
",
            folder = self.folder.display(),
            class = course.settings().course.class,
        ))?;
        Ok(Exit::Passed)
    }
}
