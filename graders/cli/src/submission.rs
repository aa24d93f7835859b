//! What a student hands in: a component and, where they are there, its sources.

use std::path::{Path, PathBuf};

use clap::Args;
use tito_artifact::Limits;

use crate::{failure::Failure, folders::parent, input};

/// A component is read up to this size although the gate allows less, so that the gate can say so in a report.
const READ_BYTES: u64 = 64 << 20;

/// Which component.
#[derive(Debug, Args)]
pub(crate) struct ComponentFile {
    /// The component [default: component.wasm in this folder]
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
        Ok(Submission { bytes: self.read(limits)?, source })
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
