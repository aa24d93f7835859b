//! `tito integrity receipt`: what a student's receipt proves.

use std::path::PathBuf;

use clap::Args;
use tito_artifact::Digest;
use tito_course::Proved;
use tito_ledger::VerifierKey;
use tito_submission::SubmissionLimits;

use crate::{exit::Exit, failure::Failure, input, screen};

/// No receipt is larger.
const BYTES: u64 = 16 << 20;

/// Checks a receipt with the course's published key, without the course: that its log had this submission when the receipt
/// was made, and that a file is what was handed in.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tito integrity receipt john.receipt --key tito/cs329s_2024/1a2b3c4d+… --submission work.zip"
)]
pub(crate) struct Receipt {
    /// The receipt
    file: PathBuf,
    /// The course's key, as `tito assessment init` printed it: from the course, and not from the receipt
    #[arg(long, value_name = "KEY")]
    key: VerifierKey,
    /// What was handed in
    #[arg(long, value_name = "FILE")]
    submission: Option<PathBuf>,
}

impl Receipt {
    /// Passes where the receipt holds, and the file is the one that was handed in.
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let failed = || Failure::failed(format!("the receipt '{}' proves nothing", self.file.display()));
        let text = String::from_utf8(input::read("receipt", &self.file, BYTES)?);
        let text = text.map_err(|error| failed().because(error))?;
        let receipt = text.parse().map_err(|error: tito_ledger::ReceiptError| failed().because(error))?;
        let proved = Proved::by(&receipt, &self.key).map_err(|problem| failed().because(problem))?;
        let manifest = &proved.manifest;
        screen::print(&format!(
            "{} handed in milestone {} at {}, as {}.\nThe log of {} has it as entry {} of {}.\n",
            manifest.student,
            manifest.milestone,
            manifest.submitted,
            manifest.name(),
            self.key.name(),
            receipt.index,
            proved.log.size,
        ))?;
        match &self.submission {
            Some(path) => self.compare(path, &proved),
            None => Ok(Exit::Passed),
        }
    }

    /// Whether a file is what was handed in, whole or as one of its files.
    fn compare(&self, path: &std::path::Path, proved: &Proved) -> Result<Exit, Failure> {
        let bytes = input::read("submission", path, SubmissionLimits::default().archive_bytes)?;
        let sha256 = Digest::of(&bytes).to_string();
        let name = proved.manifest.original.iter().find(|original| original.sha256 == sha256).map(|_| "it");
        let mut files = proved.manifest.files.iter();
        let file = files.find(|(_, file)| file.sha256 == sha256).map(|(path, _)| path.as_str());
        match name.or(file) {
            Some(name) => {
                screen::print(&format!("'{}' is what was handed in ({name}).\n", path.display()))?;
                Ok(Exit::Passed)
            }
            None => Err(Failure::failed(format!("'{}' is not what was handed in", path.display()))),
        }
    }
}
