//! `tito assessment`: grading, for those who run a course.

mod analyze;
mod batch;
mod configure;
mod given;
mod gradebook;
mod gradescope;
mod init;
mod receive;
mod receive_class;
mod report;
mod roster;
mod run;
mod sample_class;
mod setup_milestone;
mod test;
mod upload_rubrics;

use clap::Subcommand;

use crate::{exit::Exit, failure::Failure};

/// Grading, for those who run a course.
#[derive(Debug, Subcommand)]
pub(crate) enum Assessment {
    /// Make a course: settings, log, secret and store
    Init(init::Init),
    /// Decide milestones, due dates, what lateness costs and which attempt counts
    Configure(configure::Configure),
    /// Decide what a milestone is measured on
    SetupMilestone(setup_milestone::SetupMilestone),
    /// Who takes the course
    #[command(subcommand, after_help = "Example:\n  tito assessment roster import roster.csv")]
    Roster(roster::Roster),
    /// Take in what one student hands in
    Receive(receive::Receive),
    /// Take in what a class has handed in, as Canvas or Gradescope export it
    ReceiveClass(receive_class::ReceiveClass),
    /// Make a course of thirty invented students, to try everything on
    SampleClass(sample_class::SampleClass),
    /// Grade a sample as a submission would be, and record nothing
    Test(test::Test),
    /// Grade what one student has handed in for a milestone
    Run(run::Run),
    /// Grade a class, or every component in a folder
    Batch(Box<batch::Batch>),
    /// A student's milestones: what counts, how it came about, and every check
    Report(report::Report),
    /// How a class did in a milestone
    Analyze(analyze::Analyze),
    /// Where everybody is, and who stopped
    Progress(analyze::ShowProgress),
    /// Who needs help, why, and what to do
    Struggling(analyze::Struggling),
    /// Write what Gradescope and Canvas need to show the criteria
    UploadRubrics(upload_rubrics::UploadRubrics),
    /// What a Gradescope autograder runs
    Gradescope(gradescope::Gradescope),
    /// Everybody's grades as a spreadsheet, for Canvas or for people
    Gradebook(gradebook::Gradebook),
    /// Give points for what a person judges
    Score(given::Score),
    /// Set a milestone's score, whatever was found
    Override(given::Override),
    /// Give a student more time
    Extend(given::Extend),
    /// Take a milestone out of a student's grade
    Excuse(given::Excuse),
    /// Correct when a submission was handed in
    Retime(given::Retime),
    /// Take a submission out of a student's attempts
    Void(given::Void),
}

impl Assessment {
    /// Does it.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Init(command) => command.run(),
            Self::Configure(command) => command.run(),
            Self::SetupMilestone(command) => command.run(),
            Self::Roster(command) => command.run(),
            Self::Receive(command) => command.run(),
            Self::ReceiveClass(command) => command.run(),
            Self::SampleClass(command) => command.run(),
            Self::Test(command) => command.run(),
            Self::Run(command) => command.run(),
            Self::Batch(command) => (*command).run(),
            Self::Report(command) => command.run(),
            Self::Analyze(command) => command.run(),
            Self::Progress(command) => command.run(),
            Self::Struggling(command) => command.run(),
            Self::UploadRubrics(command) => command.run(),
            Self::Gradescope(command) => command.run(),
            Self::Gradebook(command) => command.run(),
            Self::Score(command) => command.run(),
            Self::Override(command) => command.run(),
            Self::Extend(command) => command.run(),
            Self::Excuse(command) => command.run(),
            Self::Retime(command) => command.run(),
            Self::Void(command) => command.run(),
        }
    }
}
