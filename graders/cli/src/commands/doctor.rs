//! `tito doctor`: what this machine has and lacks.

mod machine;

use std::{fs, path::Path};

use clap::Args;
use serde::Serialize;
use tito_artifact::Limits;
use tito_data::DatasetState;
use tito_project::Toolchain;
use tito_sandbox::WASMTIME_VERSION;
use tito_worker::{Cache, Isolation, Wall};

use self::machine::Machine;
use crate::{
    exit::Exit,
    failure::Failure,
    folders::{self, DataFolder},
    isolation::Walls,
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
    /// What stands around a submission besides the sandbox.
    lockdown: Vec<Wall>,
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
        let isolation = Walls::default().isolation(&Limits::default(), None)?;
        let findings = Findings {
            machine: Machine::here(),
            sandbox: sandbox(&isolation),
            lockdown: walls(&isolation),
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

/// Whether a submission that is known to be well is compiled and run as it should be.
fn sandbox(isolation: &Isolation) -> State {
    let tested = isolation.self_test();
    State::of(tested.map(|()| format!("wasmtime {WASMTIME_VERSION} works, and its self-test passes")))
}

fn walls(isolation: &Isolation) -> Vec<Wall> {
    isolation.walls().unwrap_or_else(|error| {
        let detail = State::of::<_>(Err::<String, _>(error)).detail;
        vec![Wall { name: "process".into(), on: false, required: true, detail }]
    })
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
        rows.extend(self.lockdown.iter().map(wall));
        rows.push(["wasm compiler".into(), self.toolchain.text()]);
        rows.push(["compile cache".into(), kept]);
        rows.push(["data folder".into(), self.data_folder.clone()]);
        rows.extend(
            self.datasets.iter().map(|dataset| [dataset.title.into(), super::data::state(dataset).into()]),
        );
        screen::table(rows)
    }
}

fn wall(wall: &Wall) -> [String; 2] {
    let state = match (wall.on, wall.required) {
        (true, _) => "on",
        (false, true) => "OFF",
        (false, false) => "off",
    };
    let detail = if wall.detail.is_empty() { String::new() } else { format!(": {}", wall.detail) };
    [wall.name.clone(), format!("{state}{detail}")]
}
