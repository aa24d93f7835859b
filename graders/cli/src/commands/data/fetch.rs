//! `tito data fetch`: downloads a data set.

use clap::Args;
use tito_data::{Description, Progress};

use crate::{exit::Exit, failure::Failure, folders::DataFolder, progress};

/// Downloads a data set.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito data fetch mnist")]
pub(crate) struct Fetch {
    /// Which data set
    name: String,
    /// A folder on the web that holds the same files; only the published bytes are kept
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    #[command(flatten)]
    folder: DataFolder,
}

impl Fetch {
    /// Says which files are new.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let dataset = Description::named(&self.name)?;
        let bar = progress::bytes();
        let mut show = |now: Progress| {
            bar.set_message(now.file);
            bar.set_position(now.bytes);
            match now.total {
                Some(total) => bar.set_length(total),
                None => bar.unset_length(),
            }
        };
        let fetched = tito_data::fetch(&self.folder.store()?, dataset, self.mirror.as_deref(), &mut show);
        bar.finish_and_clear();
        super::print_new(dataset.title, &fetched?)?;
        Ok(Exit::Passed)
    }
}
