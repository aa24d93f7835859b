//! What a student hands in: a component and, where they are there, its sources, networks and checkpoint.

use std::path::{Path, PathBuf};

use clap::Args;
use tito_artifact::Limits;

use crate::{failure::Failure, folders::parent, input};

/// A component is read up to this size although the gate allows less, so that the gate can say so in a report.
const READ_BYTES: u64 = 64 << 20;

/// Which component.
#[derive(Debug, Args)]
pub(crate) struct ComponentFile {
    /// The component [default: component.wasm in this folder]; model.toml, model.ckpt and vision.wasm beside a component.wasm are its own
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
}

/// What is graded.
#[derive(Debug)]
pub(crate) struct Submission {
    /// The component.
    pub(crate) bytes: Vec<u8>,
    /// The folder of its sources.
    pub(crate) source: Option<PathBuf>,
    /// The text of its `model.toml`.
    pub(crate) networks: Option<String>,
    /// Its `model.ckpt`.
    pub(crate) checkpoint: Option<Vec<u8>>,
    /// The component that was graded for the vision milestones, its `vision.wasm`.
    pub(crate) vision: Option<Vec<u8>>,
}

/// What the files beside a component may hold.
const NETWORKS_BYTES: u64 = 64 << 10;
pub(crate) const CHECKPOINT_BYTES: u64 = 64 << 20;

impl From<Vec<u8>> for Submission {
    /// A component and nothing else.
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, source: None, networks: None, checkpoint: None, vision: None }
    }
}

impl ComponentFile {
    /// The one at this path.
    pub(crate) fn at(path: &Path) -> Self {
        Self { component: Some(path.to_owned()) }
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

    /// It and its sources: those in `source`, or `source/` beside it, or `src/` where its folder is a cargo project.
    pub(crate) fn submission(&self, source: Option<PathBuf>, limits: &Limits) -> Result<Submission, Failure> {
        if let Some(folder) = source.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(Failure::usage(format!(
                "cannot read the sources: '{}' is no folder",
                folder.display()
            )));
        }
        let source = source.or_else(|| beside(parent(self.path())));
        let bytes = self.read(limits)?;
        let networks = self.companion("networks", "model.toml", NETWORKS_BYTES)?;
        let networks = networks.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let checkpoint = self.companion("checkpoint", "model.ckpt", CHECKPOINT_BYTES)?;
        let vision = self.companion("vision component", "vision.wasm", READ_BYTES)?;
        Ok(Submission { bytes, source, networks, checkpoint, vision })
    }

    /// The bytes of another component, for example of one that was graded before.
    pub(crate) fn baseline(path: &Path) -> Result<Vec<u8>, Failure> {
        input::read("baseline", path, READ_BYTES)
    }

    /// A file that belongs to it, where there is one. A folder may hold many components, and only one of the usual name
    /// has it to itself.
    fn companion(&self, what: &str, name: &str, most_bytes: u64) -> Result<Option<Vec<u8>>, Failure> {
        let path = parent(self.path()).join(name);
        let is_its = self.path().file_name().is_some_and(|file| file == "component.wasm") && path.is_file();
        is_its.then(|| input::read(what, &path, most_bytes)).transpose()
    }
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
