//! What tito's exit code says.

use std::process::ExitCode;

/// What tito's exit code says. Codes are never given another meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The command did what it should; a submission passed every check that a machine decides.
    Passed = 0,
    /// A check failed: the submission is wrong, lacks a layer that it should have or does not build, or data is not
    /// as published.
    Failed = 1,
    /// The command was called wrongly: an unknown option, name or milestone, a file that is not there.
    Usage = 2,
    /// The gate refused the submission before it was compiled.
    Refused = 3,
    /// tito or the machine failed; this says nothing about the submission.
    Ours = 4,
    /// The processes that ran the submission died, twice: it has no grade, and a person must look at it.
    Quarantined = 5,
}

/// The table for `--help`.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done; where a submission was tested, every automatic check passed
  1  a check failed: the submission is wrong, lacks a layer or does not build, or data is damaged
  2  wrong usage: an unknown option or name, a file that is not there
  3  the submission was refused at the gate
  4  tito or the machine failed; this says nothing about the submission
  5  the submission was quarantined: whatever runs it dies, and it has no grade";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_explains_every_code() {
        for exit in [Exit::Passed, Exit::Failed, Exit::Usage, Exit::Refused, Exit::Ours] {
            assert!(HELP.contains(&format!("\n  {}  ", exit as u8)), "{exit:?}");
        }
    }
}
