//! A home of its own for every test, so that none meets another's cache or data.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

/// A home folder in which the program runs; the project lies in `here`.
pub(crate) struct Home {
    folder: TempDir,
}

/// How the program ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("it writes UTF-8");
        let code = output.status.code().expect("no signal ended it");
        Self { code, out: text(output.stdout), err: text(output.stderr) }
    }

    /// Itself, if it ended with this code and says this on either stream.
    #[track_caller]
    pub(crate) fn held_to(self, code: i32, expected: &str) -> Self {
        let Self { code: found, out, err } = &self;
        assert_eq!(*found, code, "{out}\n{err}");
        let is_said = [out, err].into_iter().any(|text| unwrapped(text).contains(expected));
        assert!(is_said, "it does not say '{expected}'\n{out}\n{err}");
        self
    }
}

/// The program.
pub(crate) const TITO: &str = env!("CARGO_BIN_EXE_tito");

/// A component that is part of the repository.
pub(crate) fn prebuilt(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path).display().to_string()
}

/// The right framework.
pub(crate) fn reference() -> String {
    prebuilt("examples/prebuilt/reference.wasm")
}

/// One with a bug.
pub(crate) fn wrong() -> String {
    prebuilt("tests/guests/prebuilt/wrong_weight_transposed.wasm")
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("here")).expect("it can be made");
        Self { folder }
    }

    /// A path in the project's folder.
    pub(crate) fn here(&self, name: &str) -> PathBuf {
        self.folder.path().join("here").join(name)
    }

    /// Where compiled components are kept.
    pub(crate) fn cache(&self) -> PathBuf {
        self.folder.path().join("cache/tito/compiled")
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.here(name), content).expect("it can be written");
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(TITO).args(arguments))
    }

    /// A program that lives here.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.here("")).env_remove("TITO_DATA_DIR");
        for (name, folder) in [("XDG_CACHE_HOME", "cache"), ("XDG_DATA_HOME", "data")] {
            command.env(name, self.folder.path().join(folder));
        }
        command
    }

    /// Runs it and holds it to an exit code and to a text on either stream.
    #[track_caller]
    pub(crate) fn check(&self, arguments: &[&str], code: i32, expected: &str) -> Ran {
        self.run(arguments).held_to(code, expected)
    }

    /// The walls that a required lockdown wants and this machine does not have.
    #[cfg(target_os = "linux")]
    pub(crate) fn lacking_walls(&self) -> Vec<String> {
        let found = self.json(&["doctor", "--json"], 0);
        let walls = found["lockdown"].as_array().expect("it lists the walls").iter();
        let lacking = walls.filter(|wall| wall["required"] == true && wall["on"] == false);
        lacking.map(|wall| wall["name"].as_str().expect("a wall has a name").to_owned()).collect()
    }

    /// The JSON document that it prints, with what differs from run to run taken out.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str], code: i32) -> Value {
        let ran = self.check(arguments, code, "\"schema\"");
        let mut document: Value = serde_json::from_str(&ran.out).expect("it prints one JSON document");
        document.as_object_mut().expect("the document is an object").remove("observations");
        document
    }
}

/// The text on one line, without what draws it.
fn unwrapped(text: &str) -> String {
    text.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}
