//! Where submissions are compiled and run on this machine.

use clap::Args;
use tito_artifact::Limits;
use tito_worker::{Cache, Isolation};
#[cfg(target_os = "linux")]
use tito_worker::{Program, WORKER, Workers};

use crate::{failure::Failure, screen};

/// How much is demanded of the walls around a submission.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct Walls {
    /// Refuse to grade where the kernel lacks a layer of the lockdown that matters; `tito doctor` shows them all
    #[arg(long)]
    require_lockdown: bool,
}

impl Walls {
    /// Worker processes: this program, started with an argument that `main` knows.
    #[cfg(target_os = "linux")]
    #[expect(clippy::unnecessary_wraps, reason = "on other systems there may be nothing to demand")]
    pub(crate) fn isolation(self, limits: &Limits, cache: Option<Cache>) -> Result<Isolation, Failure> {
        let workers = Workers::new(Program::own().arg(WORKER), limits, cache);
        Ok(Isolation::Workers(if self.require_lockdown { workers.locked_down() } else { workers }))
    }

    /// This process: other systems have no lockdown yet.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn isolation(self, limits: &Limits, _cache: Option<Cache>) -> Result<Isolation, Failure> {
        if self.require_lockdown {
            let failure = Failure::ours("this system has no lockdown: submissions run in tito's own process");
            return Err(
                failure.help("grade what you do not trust on Linux, for example in a virtual machine")
            );
        }
        Ok(Isolation::InProcess(limits.clone()))
    }
}

/// Says so where what was compiled could not be kept, for example because the disk is full: it costs time.
pub(crate) fn say_trouble(isolation: &Isolation) {
    if let Some(error) = isolation.cache_trouble() {
        screen::say(&format!("note: what was compiled is not kept: {error}"));
    }
}
