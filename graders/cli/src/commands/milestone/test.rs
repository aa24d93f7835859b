//! `tito milestone test`: grades a component.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::{
    dataset,
    exit::Exit,
    failure::Failure,
    folders::{self, DataFolder},
    grading::{Graded, Grading},
    isolation::Walls,
    milestone_inputs::{self, Inputs},
    page,
    report::{self, Audience, Output},
    screen,
    status::Status,
    submission::{Companions, ComponentFile},
};

/// Grades a component.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tito milestone test 1
  tito milestone test 1 --component examples/prebuilt/reference.wasm --data mnist --timings
  tito milestone test 2 --html report.html
  tito milestone test 1 --course-secret course.key --json
  tito milestone test 4 --component examples/prebuilt/reference.wasm --training examples/trained/tinydigits")]
pub(crate) struct Test {
    /// The milestone's number
    number: u32,
    #[command(flatten)]
    component: ComponentFile,
    #[command(flatten)]
    companions: Companions,
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    data_folder: DataFolder,
    /// Who reads the report
    #[arg(long, value_enum, default_value_t)]
    audience: Audience,
    /// How many threads run checks [default: one a core]
    #[arg(long, value_name = "N", value_parser = milestone_inputs::jobs)]
    jobs: Option<usize>,
    #[command(flatten)]
    walls: Walls,
    #[command(flatten)]
    output: Output,
    /// Write the report to this file as a page, too, with curves and where the component's fuel goes
    #[arg(long, value_name = "FILE.html")]
    html: Option<PathBuf>,
}

impl Test {
    /// Ends as the submission does.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let milestone = super::graded(self.number)?;
        let limits = self.inputs.limits()?;
        let submission = self.component.submission(&self.companions, milestone.brings, &limits)?;
        let secret = self.inputs.secret()?;
        let store = self.data_folder.store()?;
        let cache = self.inputs.cache();
        let grading = Grading {
            milestone: &milestone,
            limits: &limits,
            data: &dataset::choose(&milestone, self.inputs.data(), &store)?,
            store: &store,
            secret: secret.as_deref(),
            isolation: &self.walls.isolation(&limits, cache.clone())?,
            remembered: cache,
            jobs: self.jobs,
            is_alone: true,
        };
        let component = self.html.is_some().then(|| submission.bytes.clone());
        let run = grading.grade(submission)?;
        if let Graded::Grade(grade) = &run.graded
            && self.is_here()
            && let Err(failure) = Status::record(Path::new("."), self.component.path(), grade)
        {
            // The report is worth more than the record of it.
            screen::say(&format!("note: {failure}; `tito milestone status` will not know of this test"));
        }
        let exit = report::exit(&run);
        let document = report::print(&grading, run, self.audience, self.output)?;
        if let (Some(path), Some(component)) = (&self.html, component) {
            page::write(path, &document, (component, self.number), self.walls)?;
        }
        Ok(exit)
    }

    /// Whether the component lies in this folder. Somebody else's leaves no trace in whichever folder it was graded
    /// from.
    fn is_here(&self) -> bool {
        let canonical = |folder: &Path| folder.canonicalize().ok();
        canonical(folders::parent(self.component.path())) == canonical(Path::new("."))
    }
}
