//! Why a command could not do its work: for people on standard error, for scripts as an exit code.

use std::{error::Error, io, path::Path};

use miette::{Diagnostic, Report};
use thiserror::Error as ThisError;
use tito_data::DataError;
use tito_project::Error as ProjectError;
use tito_sandbox::HostError;

use crate::{exit::Exit, screen};

/// Why a command could not do its work: what was being done to which thing, the cause, and the way out.
#[derive(Debug, ThisError, Diagnostic)]
#[error("{message}")]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
    #[help]
    help: Option<String>,
}

impl Failure {
    /// The command was called wrongly.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into(), source: None, help: None }
    }

    /// tito or the machine failed.
    pub(crate) fn ours(message: impl Into<String>) -> Self {
        Self { exit: Exit::Ours, ..Self::usage(message) }
    }

    /// What was given is wrong: a submission's own doing.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, ..Self::usage(message) }
    }

    /// The processes that ran a submission died.
    pub(crate) fn quarantined(message: impl Into<String>) -> Self {
        Self { exit: Exit::Quarantined, ..Self::usage(message) }
    }

    /// The file system refused. A path that is not there is a mistake in the command, the rest is the machine's.
    pub(crate) fn io(doing: &str, path: &Path, cause: io::Error) -> Self {
        let exit = if cause.kind() == io::ErrorKind::NotFound { Exit::Usage } else { Exit::Ours };
        Self { exit, ..Self::usage(format!("cannot {doing} '{}'", path.display())).because(cause) }
    }

    /// With a cause, shown below the message.
    pub(crate) fn because(self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(cause.into()), ..self }
    }

    /// With a way out, shown last.
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// It and its causes, for a line of a table.
    pub(crate) fn in_one_line(&self) -> String {
        let mut words = self.message.clone();
        let mut cause = Error::source(self);
        while let Some(error) = cause {
            words = format!("{words}: {error}");
            cause = error.source();
        }
        words
    }

    /// Prints it to standard error.
    pub(crate) fn show(self) -> Exit {
        let exit = self.exit;
        screen::say(&format!("{:?}", Report::new(self)));
        exit
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Self::ours("tito failed; this says nothing about the submission").because(error)
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        use DataError as E;
        let exit = match error {
            E::Unknown { .. } | E::Absent { .. } | E::Embedded { .. } | E::NotInFolder { .. } => Exit::Usage,
            _ => Exit::Ours,
        };
        Self { exit, ..Self::usage(error.to_string()) }
    }
}

impl From<ProjectError> for Failure {
    fn from(error: ProjectError) -> Self {
        use ProjectError as E;
        let exit = match &error {
            E::Name(_) | E::NotEmpty(_) => Exit::Usage,
            E::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => Exit::Usage,
            E::Cargo(_) | E::NoModule(_) | E::Component { .. } => Exit::Failed,
            _ => Exit::Ours,
        };
        Self { exit, ..Self::usage(error.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(failure: impl Into<Failure>, exit: Exit) {
        assert_eq!(failure.into().exit, exit);
    }

    #[test]
    fn mistakes_are_told_from_what_is_ours() {
        let io = |kind: io::ErrorKind| Failure::io("read", Path::new("x"), kind.into());
        check(io(io::ErrorKind::NotFound), Exit::Usage);
        check(io(io::ErrorKind::PermissionDenied), Exit::Ours);
        check(HostError::new("cannot set fuel", "broken"), Exit::Ours);
        check(DataError::Embedded { doing: "fetch", title: "TinyDigits" }, Exit::Usage);
        check(DataError::Busy { path: "x".into() }, Exit::Ours);
        check(ProjectError::Name("2".into()), Exit::Usage);
        check(ProjectError::NoModule("x".into()), Exit::Failed);
        check(ProjectError::Std, Exit::Ours);
    }
}
