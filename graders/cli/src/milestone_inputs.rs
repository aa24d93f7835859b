//! What a grade is derived from besides the submission, and where it is kept: the same options for one submission and
//! for many.

use std::{
    error::Error,
    path::{Path, PathBuf},
};

use clap::Args;
use tito_artifact::Limits;
use tito_worker::Cache;

use crate::{failure::Failure, folders, input, screen};

/// What a text file that is named on the command line may hold.
const TEXT_BYTES: u64 = 1 << 20;

/// What a grade is derived from besides the submission.
#[derive(Debug, Args)]
pub(crate) struct Inputs {
    /// The data set that is graded on, for milestone 5 also a file with a text [default: mnist, for milestones 3 and 4 cifar-10,
    /// for milestone 5 tinyshakespeare, where it is there, else tinydigits or tinytalk]
    #[arg(long, value_name = "NAME")]
    data: Option<String>,
    /// Draw the cases from this secret and from the component, as grading does
    #[arg(long, value_name = "FILE")]
    course_secret: Option<PathBuf>,
    /// What a component may be and use, where that is not as usual
    #[arg(long, value_name = "FILE.toml")]
    limits: Option<PathBuf>,
    /// Compile anew, and keep nothing
    #[arg(long)]
    no_cache: bool,
}

impl Inputs {
    /// The name of the data set, if one is wanted.
    pub(crate) fn data(&self) -> Option<&str> {
        self.data.as_deref()
    }

    /// The course's secret, if there is one.
    pub(crate) fn secret(&self) -> Result<Option<Vec<u8>>, Failure> {
        self.course_secret.as_deref().map(secret).transpose()
    }

    /// The limits, those of the file or the usual ones.
    pub(crate) fn limits(&self) -> Result<Limits, Failure> {
        self.limits.as_deref().map_or_else(|| Ok(Limits::default()), limits)
    }

    /// What was compiled before, unless it is not wanted or cannot be had, which costs time and nothing else.
    pub(crate) fn cache(&self) -> Option<Cache> {
        if self.no_cache { None } else { cache() }
    }
}

/// How many threads, from the command line.
pub(crate) fn jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(jobs @ 1..=1024) => Ok(jobs),
        _ => Err("it must be a number from 1 to 1024".into()),
    }
}

pub(crate) fn limits(path: &Path) -> Result<Limits, Failure> {
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

/// What was compiled before, unless it cannot be had, which costs time and nothing else.
pub(crate) fn cache() -> Option<Cache> {
    let failed = |error: &dyn Error| {
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        screen::say(&format!("note: {error}{cause}; what is compiled is not kept"));
    };
    let folder = folders::compiled().inspect_err(|error| failed(error)).ok()?;
    Cache::open(&folder).inspect_err(|error| failed(error)).ok()
}
