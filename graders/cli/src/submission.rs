//! What a student hands in: a component and, where they are there, its sources, networks and checkpoint.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::Args;
use tito_artifact::{Digest, Limits};
use tito_milestones::{Brings, TrainingFiles, Written};

use crate::{failure::Failure, folders::parent, input, screen};

/// A component is read up to this size although the gate allows less, so that the gate can say so in a report.
const READ_BYTES: u64 = 64 << 20;

/// Which component.
#[derive(Debug, Args)]
pub(crate) struct ComponentFile {
    /// The component [default: component.wasm in this folder]; model.toml, model.ckpt, claims.toml, analysis.md, vision.wasm
    /// and training/ beside a component.wasm are its own
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
}

/// What is graded.
#[derive(Debug)]
pub(crate) struct Submission {
    /// The component.
    pub(crate) bytes: Vec<u8>,
    /// Its sources and its analysis.
    pub(crate) written: Option<Written>,
    /// The text of its `model.toml`.
    pub(crate) networks: Option<String>,
    /// Its `model.ckpt`.
    pub(crate) checkpoint: Option<Vec<u8>>,
    /// The folder that `tito train` wrote.
    pub(crate) training: Option<TrainingFiles>,
    /// The text of its `claims.toml`.
    pub(crate) claims: Option<String>,
    /// The component that was graded for the vision milestones, its `vision.wasm`.
    pub(crate) vision: Option<Vec<u8>>,
}

/// What belongs to a submission besides its component, where it does not lie beside it.
#[derive(Debug, Default, Args)]
pub(crate) struct Companions {
    /// The sources, for code quality and the written analysis [default: source/ beside the component, or src/ of its cargo
    /// project]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) source: Option<PathBuf>,
    /// What `tito train` wrote, for milestone 4 [default: training/ beside a component.wasm]; a claims.toml in it counts
    /// where there is none beside the component
    #[arg(long, value_name = "FOLDER")]
    pub(crate) training: Option<PathBuf>,
    /// The component that was graded for milestones 2 to 4, for milestone 5's reuse [default: vision.wasm beside a
    /// component.wasm]
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
}

/// What belongs to a component.wasm that it lies beside, sources aside.
const COMPANIONS: [&str; 6] =
    ["model.toml", "model.ckpt", "claims.toml", "analysis.md", "vision.wasm", "training"];

/// What the files beside a component may hold.
const TEXT_BYTES: u64 = 64 << 10;
pub(crate) const CHECKPOINT_BYTES: u64 = 64 << 20;

/// What a training's log may hold, and all of its checkpoints together.
pub(crate) const LOG_BYTES: u64 = 16 << 20;
const TRAINING_BYTES: u64 = 1 << 30;

/// No plan has more.
const MOST_EPOCHS: usize = 200;

impl Submission {
    /// Of all of it but its sources.
    pub(crate) fn digest(&self) -> Digest {
        let Self { bytes, networks, checkpoint, training, claims, vision, written: _ } = self;
        let texts = [networks, claims].map(|text| text.as_deref().map(str::as_bytes));
        let files = training.iter().flat_map(|TrainingFiles { plan, log, checkpoints }| {
            [plan.as_bytes(), log.as_bytes()].into_iter().chain(checkpoints.iter().map(Vec::as_slice))
        });
        let parts = texts
            .into_iter()
            .chain([checkpoint.as_deref(), vision.as_deref()])
            .map(|part| part.map(Digest::of));
        let mut all = format!("{} {parts:?}", Digest::of(bytes), parts = parts.collect::<Vec<_>>());
        files.for_each(|file| all += &format!(" {}", Digest::of(file)));
        Digest::of(all.as_bytes())
    }
}

impl Submission {
    /// What a student handed in, by the paths of the files.
    pub(crate) fn of_files(mut files: BTreeMap<String, Vec<u8>>, brings: Brings) -> Self {
        let bytes = files.remove("component.wasm").unwrap_or_default();
        let vision = files.remove("vision.wasm");
        let text = |path: &str| files.get(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let is_trained = brings == Brings::Training && files.keys().any(|path| path.starts_with("training/"));
        let training = is_trained.then(|| {
            let (plan, log) = (text("training/train.toml"), text("training/log.jsonl"));
            let (plan, log) = (plan.unwrap_or_default(), log.unwrap_or_default());
            let epochs = 1..=log.lines().count().min(MOST_EPOCHS);
            let checkpoint = |epoch| files.get(&format!("training/{}", epoch_file(epoch as u32))).cloned();
            let checkpoints = epochs.map_while(checkpoint).collect();
            TrainingFiles { plan, log, checkpoints }
        });
        Self {
            bytes,
            networks: text("model.toml"),
            checkpoint: files.get("model.ckpt").cloned(),
            training,
            claims: text("claims.toml").or_else(|| text("training/claims.toml")),
            vision,
            written: Some(Written::Files(files)),
        }
    }
}

impl From<Vec<u8>> for Submission {
    /// A component and nothing else.
    fn from(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            written: None,
            networks: None,
            checkpoint: None,
            training: None,
            claims: None,
            vision: None,
        }
    }
}

impl ComponentFile {
    /// The one at this path.
    pub(crate) fn at(path: &Path) -> Self {
        Self { component: Some(path.to_owned()) }
    }

    /// It, or the one at this path where none was named.
    pub(crate) fn or(&self, path: &Path) -> Self {
        Self::at(self.component.as_deref().unwrap_or(path))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.component.as_deref().unwrap_or(Path::new("component.wasm"))
    }

    /// Its bytes.
    pub(crate) fn read(&self, limits: &Limits) -> Result<Vec<u8>, Failure> {
        let read = input::read("component", self.path(), limits.gate.component_bytes.max(READ_BYTES));
        read.map_err(|failure| match self.component {
            Some(_) => failure,
            None => failure.help("make it with `tito build`, or name one with --component FILE"),
        })
    }

    /// It and what belongs to it.
    pub(crate) fn submission(
        &self,
        companions: &Companions,
        brings: Brings,
        limits: &Limits,
    ) -> Result<Submission, Failure> {
        let Companions { source, training, baseline } = companions;
        for (what, folder) in [("sources", source), ("training", training)] {
            if let Some(folder) = folder.as_ref().filter(|folder| !folder.is_dir()) {
                return Err(Failure::usage(format!(
                    "cannot read the {what}: '{}' is no folder",
                    folder.display()
                )));
            }
        }
        if let Some(note) = self.passed_over(companions) {
            screen::say(&note);
        }
        let source = source.clone().or_else(|| beside(parent(self.path())));
        let training =
            training.clone().or_else(|| self.companion("training").filter(|folder| folder.is_dir()));
        let claims =
            [self.companion("claims.toml"), training.as_ref().map(|folder| folder.join("claims.toml"))];
        let claims = claims.into_iter().flatten().find(|path| path.is_file());
        let vision = match baseline {
            Some(path) => Some(input::read("baseline", path, READ_BYTES)?),
            None => file("vision component", self.companion("vision.wasm"), READ_BYTES)?,
        };
        Ok(Submission {
            bytes: self.read(limits)?,
            written: Some(Written::Folder { source, beside: self.companion("analysis.md") }),
            networks: text("networks", self.companion("model.toml"))?,
            checkpoint: file("checkpoint", self.companion("model.ckpt"), CHECKPOINT_BYTES)?,
            training: training
                .filter(|_| brings == Brings::Training)
                .map(|folder| training_in(&folder))
                .transpose()?,
            claims: text("claims", claims)?,
            vision,
        })
    }

    /// Where a file is that belongs to it, if it is there. A folder may hold many components, and only one of the usual name
    /// has it to itself.
    fn companion(&self, name: &str) -> Option<PathBuf> {
        self.has_companions().then(|| parent(self.path()).join(name))
    }

    fn has_companions(&self) -> bool {
        self.path().file_name().is_some_and(|file| file == "component.wasm")
    }

    /// A note of what lies beside a component of another name, where its own would lie.
    fn passed_over(&self, Companions { training, baseline, .. }: &Companions) -> Option<String> {
        let is_named = |name: &str| match name {
            "training" => training.is_some(),
            "vision.wasm" => baseline.is_some(),
            _ => false,
        };
        let names = COMPANIONS.into_iter().filter(|name| !is_named(name));
        let there: Vec<_> = names.filter(|name| parent(self.path()).join(name).exists()).collect();
        (!self.has_companions() && !there.is_empty()).then(|| {
            format!(
                "note: {} beside '{}' {} not used: only what lies beside a component.wasm is its own; call it so, or name a \
                 training with --training (a claims.toml in it counts) and a vision component with --baseline",
                there.join(", "),
                self.path().display(),
                if there.len() == 1 { "is" } else { "are" }
            )
        })
    }
}

fn file(what: &str, path: Option<PathBuf>, most_bytes: u64) -> Result<Option<Vec<u8>>, Failure> {
    path.filter(|path| path.is_file()).map(|path| input::read(what, &path, most_bytes)).transpose()
}

fn text(what: &str, path: Option<PathBuf>) -> Result<Option<String>, Failure> {
    let bytes = file(what, path, TEXT_BYTES)?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// The files of a training. What is missing among them is the submission's doing, and is told in its report.
fn training_in(folder: &Path) -> Result<TrainingFiles, Failure> {
    let of = |what: &str, name: &str, most: u64| {
        let bytes = file(what, Some(folder.join(name)), most)?.unwrap_or_default();
        Ok::<_, Failure>(String::from_utf8_lossy(&bytes).into_owned())
    };
    let (plan, log) = (of("plan", "train.toml", TEXT_BYTES)?, of("training log", "log.jsonl", LOG_BYTES)?);
    let (mut checkpoints, mut left) = (Vec::new(), TRAINING_BYTES);
    for epoch in 1..=log.lines().count().min(MOST_EPOCHS) {
        let path = folder.join(epoch_file(epoch as u32));
        let bytes = path.metadata().map_or(0, |metadata| metadata.len());
        if bytes > CHECKPOINT_BYTES.min(left) {
            break;
        }
        checkpoints.extend(file("checkpoint", Some(path), CHECKPOINT_BYTES)?);
        left -= bytes;
    }
    Ok(TrainingFiles { plan, log, checkpoints })
}

/// The name of the checkpoint of an epoch in the folder of a training.
pub(crate) fn epoch_file(epoch: u32) -> String {
    format!("epoch-{epoch:03}.ckpt")
}

fn beside(folder: &Path) -> Option<PathBuf> {
    let (source, src) = (folder.join("source"), folder.join("src"));
    let of_project = || folder.join("Cargo.toml").is_file().then_some(src);
    Some(source).filter(|folder| folder.is_dir()).or_else(of_project).filter(|folder| folder.is_dir())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[track_caller]
    fn check(folders: &[&str], has_manifest: bool, expected: Option<&str>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in folders {
            fs::create_dir(folder.path().join(name)).expect("it can be made");
        }
        if has_manifest {
            fs::write(folder.path().join("Cargo.toml"), "").expect("it can be written");
        }
        assert_eq!(beside(folder.path()), expected.map(|name| folder.path().join(name)));
    }

    #[test]
    fn sources_are_found_beside_the_component() {
        check(&[], false, None);
        check(&["src"], false, None);
        check(&[], true, None);
        check(&["src"], true, Some("src"));
        check(&["src", "source"], true, Some("source"));
        check(&["source"], false, Some("source"));
    }
}
