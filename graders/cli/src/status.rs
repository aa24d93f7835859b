//! What was found of the project in this folder, kept in `.tito/status.json` between runs.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tito_grade::{Grade, Level};

use crate::{failure::Failure, files::write_whole};

/// What the last test of every milestone found.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Status {
    version: Version,
    /// By the milestone's number.
    pub(crate) milestones: BTreeMap<u32, Tested>,
}

/// What the last test of a milestone found.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tested {
    /// When, in UTC, to the second.
    pub(crate) tested: Timestamp,
    /// The component, from the project's folder on.
    #[serde(default = "usual")]
    pub(crate) file: PathBuf,
    /// The SHA-256 of the component.
    pub(crate) sha256: String,
    /// The data that accuracy was measured on.
    pub(crate) data: String,
    /// From 0 to 100.
    pub(crate) score: f64,
    /// What that is called.
    pub(crate) level: Level,
    /// Whether something was left undecided.
    pub(crate) provisional: bool,
    /// Whether every automatic check passed.
    pub(crate) passed: bool,
}

/// What was tested where nobody has noted it.
fn usual() -> PathBuf {
    "component.wasm".into()
}

/// Of the file's format.
#[derive(Debug, Default, Serialize, Deserialize)]
enum Version {
    #[default]
    #[serde(rename = "1")]
    One,
}

/// The file in the folder of a project.
fn path(folder: &Path) -> PathBuf {
    folder.join(".tito").join("status.json")
}

impl Status {
    /// What is kept in this folder: nothing where nothing was tested.
    pub(crate) fn read(folder: &Path) -> Result<Self, Failure> {
        let path = path(folder);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            text => text.map_err(|error| Failure::io("read", &path, error))?,
        };
        serde_json::from_str(&text).map_err(|error| {
            let failure = Failure::ours(format!("cannot read '{}'", path.display())).because(error);
            failure.help("the next `tito milestone test` writes it anew")
        })
    }

    /// Keeps what was found of a milestone: the file is replaced whole or not at all. A damaged one is begun anew.
    pub(crate) fn record(folder: &Path, file: &Path, grade: &Grade) -> Result<(), Failure> {
        let mut status = Self::read(folder).unwrap_or_default();
        status.milestones.insert(grade.milestone, Tested::new(file, grade, Timestamp::now()));
        let path = path(folder);
        status.write(&path).map_err(|error| Failure::io("write", &path, error))
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        write_whole(path, &text)
    }
}

impl Tested {
    fn new(file: &Path, grade: &Grade, now: Timestamp) -> Self {
        let tested = Timestamp::from_second(now.as_second()).expect("a second that was, is a second");
        Self {
            tested,
            file: file.to_owned(),
            sha256: grade.component.sha256.clone(),
            data: grade.data.name.clone(),
            score: grade.score,
            level: grade.level,
            provisional: grade.provisional,
            passed: grade.all_passed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_damage_is_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(Status::read(folder.path()).expect("nothing is there").milestones.is_empty());
        let tested = Tested {
            tested: Timestamp::UNIX_EPOCH,
            file: usual(),
            sha256: "ab".repeat(32),
            data: "tinydigits".into(),
            score: 87.5,
            level: Level::Proficient,
            provisional: true,
            passed: false,
        };
        let written = Status { milestones: [(1, tested)].into(), ..Status::default() };
        written.write(&path(folder.path())).expect("it can be written");
        let read = Status::read(folder.path()).expect("it was just written");
        assert_eq!(read.milestones, written.milestones);
        fs::write(path(folder.path()), r#"{"version":"2","milestones":{}}"#).expect("it can be written");
        assert!(Status::read(folder.path()).unwrap_err().to_string().contains("status.json"));
    }
}
