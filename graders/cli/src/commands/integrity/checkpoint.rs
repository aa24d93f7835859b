//! `tito integrity checkpoint`: the log's signed head.

use clap::Args;

use crate::{course::CourseFolder, exit::Exit, failure::Failure, screen};

/// Prints the signed head of the log (a C2SP checkpoint). Publish it where you cannot take it back, a mailing list or a forum:
/// with it `verify --published` finds a log that was written anew, by whomever.
///
/// The key on standard error is what it is checked with.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito integrity checkpoint > checkpoint.txt")]
pub(crate) struct Checkpoint {
    #[command(flatten)]
    course: CourseFolder,
}

impl Checkpoint {
    /// Passes where there is a course.
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let course = self.course.open()?;
        screen::print(&course.log().checkpoint()?)?;
        screen::say(&format!("key: {}", course.log().key()));
        Ok(Exit::Passed)
    }
}
