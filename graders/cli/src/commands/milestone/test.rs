//! `tito milestone test`: grades a component.

use std::path::{Path, PathBuf};

use clap::Args;
use tito_artifact::Limits;
use tito_sandbox::Cache;

use crate::{
    dataset,
    exit::Exit,
    failure::Failure,
    folders::{self, DataFolder},
    grading::{Graded, Grading},
    input,
    report::{self, Audience, Output},
    status::Status,
    submission::ComponentFile,
};

/// What a text file that is named on the command line may hold.
const TEXT_BYTES: u64 = 1 << 20;

/// Grades a component.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tito milestone test 1
  tito milestone test 1 --component examples/prebuilt/reference.wasm --data mnist --timings
  tito milestone test 1 --course-secret course.key --json")]
pub(crate) struct Test {
    /// The milestone's number
    number: u32,
    #[command(flatten)]
    component: ComponentFile,
    /// The sources, for code quality [default: source/ beside the component, or src/ of its cargo project]
    #[arg(long, value_name = "FOLDER")]
    source: Option<PathBuf>,
    /// The data set that accuracy is measured on [default: mnist where it is there, else tinydigits]
    #[arg(long, value_name = "NAME")]
    data: Option<String>,
    #[command(flatten)]
    data_folder: DataFolder,
    /// Draw the cases from this secret and from the component, as grading does
    #[arg(long, value_name = "FILE")]
    course_secret: Option<PathBuf>,
    /// Who reads the report
    #[arg(long, value_enum, default_value_t)]
    audience: Audience,
    /// What the component may be and use, where that is not as usual
    #[arg(long, value_name = "FILE.toml")]
    limits: Option<PathBuf>,
    /// How many threads run checks [default: one a core]
    #[arg(long, value_name = "N", value_parser = jobs)]
    jobs: Option<usize>,
    /// Compile anew, and keep nothing
    #[arg(long)]
    no_cache: bool,
    #[command(flatten)]
    output: Output,
}

impl Test {
    /// Ends as the submission does.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let milestone = super::graded(self.number)?;
        let limits = self.limits.as_deref().map_or_else(|| Ok(Limits::default()), limits)?;
        let submission = self.component.submission(self.source.clone(), &limits)?;
        let secret = self.course_secret.as_deref().map(secret).transpose()?;
        let grading = Grading {
            milestone: &milestone,
            limits: &limits,
            data: &dataset::choose(self.data.as_deref(), &self.data_folder.store()?)?,
            secret: secret.as_deref(),
            cache: if self.no_cache { None } else { Some(cache()?) },
            jobs: self.jobs,
        };
        let run = grading.grade(submission)?;
        if let Graded::Grade(grade) = &run.graded
            && self.is_here()
            && let Err(failure) = Status::record(Path::new("."), grade)
        {
            // The report is worth more than the record of it.
            eprintln!("note: {failure}; `tito milestone status` will not know of this test");
        }
        let exit = report::exit(&run);
        report::print(&grading, run, self.audience, self.output)?;
        Ok(exit)
    }

    /// Whether the component lies in this folder. Somebody else's leaves no trace in whichever folder it was graded
    /// from.
    fn is_here(&self) -> bool {
        let canonical = |folder: &Path| folder.canonicalize().ok();
        canonical(folders::parent(self.component.path())) == canonical(Path::new("."))
    }
}

fn jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(jobs @ 1..=1024) => Ok(jobs),
        _ => Err("it must be a number from 1 to 1024".into()),
    }
}

fn limits(path: &Path) -> Result<Limits, Failure> {
    let bytes = input::read("limits", path, TEXT_BYTES)?;
    let failed = || {
        let failure = Failure::usage(format!("cannot use the limits '{}'", path.display()));
        failure.help("`tito milestone info 1 --json` shows all limits by name, in [gate] and [run]")
    };
    let limits: Limits = toml::from_slice(&bytes).map_err(|error| failed().because(error))?;
    match limits.problem() {
        Some(problem) => Err(failed().because(problem)),
        None => Ok(limits),
    }
}

fn secret(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = input::read("course's secret", path, TEXT_BYTES)?;
    if bytes.is_empty() {
        return Err(Failure::usage(format!("the course's secret '{}' is empty", path.display())));
    }
    Ok(bytes)
}

fn cache() -> Result<Cache, Failure> {
    Cache::open(&folders::compiled()?)
        .map_err(|error| Failure::from(error).help("mend it, or do without: --no-cache"))
}
