//! Where submissions are compiled and run: in worker processes, or where there are none, in this one.

use std::io;

use serde::Serialize;
use tito_artifact::{Artifact, Limits};
use tito_sandbox::{Called, Compiled, Guest, HostError, Launch, Metering, Ran, Run, Sandbox, Watch};

#[cfg(target_os = "linux")]
use crate::{LayerReport, LayerState, Remote, Workers};

/// Where submissions are compiled and run.
pub enum Isolation {
    /// In processes of their own.
    #[cfg(target_os = "linux")]
    Workers(Workers),
    /// In this process, with nothing around them but the engine's own sandbox, on systems for which no other wall was
    /// built yet. Nothing is kept in a cache, deadlines are of wall time, and compiling has no limit.
    InProcess(Limits),
}

/// A submission of which guests can be launched.
pub enum Prepared {
    /// In worker processes.
    #[cfg(target_os = "linux")]
    Remote(Remote),
    /// In this process.
    Local(Compiled),
}

impl Isolation {
    /// The walls that stand around every submission on this machine.
    ///
    /// # Errors
    ///
    /// If no worker can be started.
    pub fn walls(&self) -> Result<Vec<Wall>, HostError> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Workers(workers) => Ok(workers.layers()?.into_iter().map(Wall::from).collect()),
            Self::InProcess(_) => Ok(vec![Wall {
                name: "process".into(),
                on: false,
                required: true,
                detail: "this system has no lockdown yet: submissions run in tito's own process".into(),
            }]),
        }
    }

    /// Compiles and runs a component that is known to be well.
    ///
    /// # Errors
    ///
    /// If it does not do what it always does.
    pub fn self_test(&self) -> Result<(), HostError> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Workers(workers) => workers.self_test(),
            Self::InProcess(limits) => {
                Sandbox::new(Metering::Metered, Watch::Inside, &limits.run).map(|_| ())
            }
        }
    }

    /// Why the cache did not take what was compiled last, if it did not. That costs time and nothing else.
    pub fn cache_trouble(&self) -> Option<io::Error> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Workers(workers) => workers.cache_trouble(),
            Self::InProcess(_) => None,
        }
    }

    /// Compiles an artifact, or loads what was made of it before.
    ///
    /// # Errors
    ///
    /// If the host fails.
    pub fn compile(&self, artifact: &Artifact, metering: Metering) -> Called<Prepared> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Workers(workers) => Ok(workers.compile(artifact, metering)?.map(Prepared::Remote)),
            Self::InProcess(limits) => {
                let sandbox = Sandbox::new(metering, Watch::Inside, &limits.run)?;
                Ok(sandbox.compile(artifact)?.map(Prepared::Local))
            }
        }
    }
}

/// One of the walls around a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wall {
    /// What it is.
    pub name: String,
    /// Whether it stands.
    pub on: bool,
    /// Whether a required lockdown wants it.
    pub required: bool,
    /// What it keeps out, or why it is not there.
    pub detail: String,
}

impl Prepared {
    /// Does `work`, and does it once more if a worker died of it; see [`Remote::settled`].
    ///
    /// # Errors
    ///
    /// Those of the work.
    pub fn settled<T, E: From<HostError>>(&self, mut work: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Remote(remote) => remote.settled(work),
            Self::Local(_) => work(),
        }
    }
}

impl Launch for Prepared {
    fn launch(&self) -> Called<Box<dyn Guest>> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Remote(remote) => remote.launch(),
            Self::Local(compiled) => compiled.launch(),
        }
    }

    fn run_each(&self, runs: &[Run<'_>]) -> Result<Vec<Ran>, HostError> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Remote(remote) => remote.run_each(runs),
            Self::Local(compiled) => compiled.run_each(runs),
        }
    }

    fn at_once(&self) -> usize {
        match self {
            #[cfg(target_os = "linux")]
            Self::Remote(remote) => remote.at_once(),
            Self::Local(compiled) => compiled.at_once(),
        }
    }
}

#[cfg(target_os = "linux")]
impl From<LayerReport> for Wall {
    fn from(LayerReport { layer, state }: LayerReport) -> Self {
        let (on, detail) = match state {
            LayerState::On(detail) => (true, detail),
            LayerState::Off(why) => (false, why),
        };
        Self { name: layer.to_string(), on, required: layer.is_required(), detail }
    }
}
