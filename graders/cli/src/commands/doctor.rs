//! `tito doctor`: what this machine has and lacks.

mod machine;

use std::{fs, path::Path};

use clap::Args;
use serde::Serialize;
use tito_artifact::RunLimits;
use tito_data::DatasetState;
use tito_project::Toolchain;
use tito_sandbox::{Cache, Metering, Sandbox, WASMTIME_VERSION, Watch};

use self::machine::Machine;
use crate::{
    exit::Exit,
    failure::Failure,
    folders::{self, DataFolder},
    screen,
};

/// Shows what this machine has and lacks.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito doctor")]
pub(crate) struct Doctor {
    #[command(flatten)]
    folder: DataFolder,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Findings {
    machine: Machine,
    sandbox: State,
    toolchain: State,
    cache: CacheFolder,
    data_folder: String,
    datasets: Vec<DatasetState>,
}

/// Whether something works, and what there is to know of it.
#[derive(Serialize)]
struct State {
    works: bool,
    detail: String,
}

#[derive(Serialize)]
struct CacheFolder {
    folder: String,
    components: usize,
    bytes: u64,
    #[serde(flatten)]
    state: State,
}

impl Doctor {
    /// Passes whatever it finds: what is lacking may not be needed.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let store = self.folder.store()?;
        let findings = Findings {
            machine: Machine::here(),
            sandbox: sandbox(),
            toolchain: State::of(Toolchain::find().map(|toolchain| toolchain.describe())),
            cache: CacheFolder::at(&folders::compiled()?),
            data_folder: store.folder().display().to_string(),
            datasets: store.list(),
        };
        if self.json {
            screen::print_json("tito.doctor", &findings)?;
        } else {
            screen::print(&findings.text())?;
        }
        Ok(Exit::Passed)
    }
}

impl State {
    fn of<E: std::error::Error>(found: Result<String, E>) -> Self {
        match found {
            Ok(detail) => Self { works: true, detail },
            Err(error) => {
                let cause = error.source().map(|cause| format!(": {cause}"));
                Self { works: false, detail: format!("{error}{}", cause.unwrap_or_default()) }
            }
        }
    }

    fn text(&self) -> String {
        format!("{}{}", if self.works { "" } else { "LACKING: " }, self.detail)
    }
}

/// Whether wasmtime runs on this machine at all.
fn sandbox() -> State {
    let made = Sandbox::new(Metering::Metered, Watch::Inside, &RunLimits::default(), None);
    State::of(made.map(|_| {
        format!(
            "wasmtime {WASMTIME_VERSION} works, in this process; the second wall, a process \
        of its own, is not there yet"
        )
    }))
}

impl CacheFolder {
    fn at(folder: &Path) -> Self {
        let state = if folder.exists() {
            State::of(Cache::open(folder).map(|_| "yours alone".into()))
        } else {
            State { works: true, detail: "not there yet; the first test makes it".into() }
        };
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let sizes: Vec<_> = entries
            .filter(|entry| entry.file_name() != "key")
            .filter_map(|entry| entry.metadata().ok().map(|found| found.len()))
            .collect();
        let (components, bytes) = (sizes.len(), sizes.iter().sum());
        Self { folder: folder.display().to_string(), components, bytes, state }
    }
}

impl Findings {
    fn text(&self) -> String {
        let cache = &self.cache;
        let size = format!("{} components, {} MiB", cache.components, cache.bytes >> 20);
        let kept = format!("'{}', {size}: {}", cache.folder, cache.state.text());
        let versions = format!("{}, wasmtime {WASMTIME_VERSION}", env!("CARGO_PKG_VERSION"));
        let mut rows = vec![["tito".into(), versions]];
        rows.extend(self.machine.rows());
        rows.push(["sandbox".into(), self.sandbox.text()]);
        rows.push(["wasm compiler".into(), self.toolchain.text()]);
        rows.push(["compile cache".into(), kept]);
        rows.push(["data folder".into(), self.data_folder.clone()]);
        rows.extend(
            self.datasets.iter().map(|dataset| [dataset.title.into(), super::data::state(dataset).into()]),
        );
        screen::table(rows)
    }
}
