//! The zip that Gradescope builds an autograder from.
//!
//! Its root has `setup.sh`, which Gradescope runs when it builds the image, and `run_autograder`, which it runs on every
//! submission. The same parts give the same bytes, so that a digest says which autograder graded.

mod readme;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Write},
};

use thiserror::Error;
use tito_grade::Rubric;
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::Results;

/// What `run_autograder` gives to `tito`, besides `--course` and `--milestone`. The command writes `results.json` to its
/// standard output, and reads the submission and its metadata where Gradescope puts them, below `/autograder`.
pub const ARGUMENTS: [&str; 2] = ["assessment", "gradescope"];

/// The parts of an autograder. It is not `Debug`, since one part is secret.
#[derive(Clone, Copy)]
pub struct Autograder<'a> {
    /// What the milestone asks.
    pub rubric: &'a Rubric,
    /// The program `tito`, for Linux on x86-64.
    pub tito: &'a [u8],
    /// The course's folder: paths and bytes.
    pub course: &'a [(&'a str, &'a [u8])],
    /// What of the course's folder nobody but the autograder may read: paths and bytes.
    pub secret: &'a [(&'a str, &'a [u8])],
}

/// Why parts make no autograder.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AutograderError {
    /// A path leaves the course's folder, or another system would read it in another way.
    #[error("the course's file '{0}' cannot be packed; paths are relative, with '/' between plain names")]
    Path(String),
    /// Two files have one path.
    #[error("the course's file '{0}' is there twice")]
    Twice(String),
}

/// The permissions of a file.
const EXECUTABLE: u32 = 0o755;
const READABLE: u32 = 0o644;
const SECRET: u32 = 0o600;

/// Everything in the zip, by path.
type Entries<'a> = BTreeMap<String, (u32, &'a [u8])>;

impl Autograder<'_> {
    /// The zip, to be uploaded as it is.
    ///
    /// # Errors
    ///
    /// If a path of the course cannot be packed.
    ///
    /// # Panics
    ///
    /// If it would have 4 GiB or more.
    pub fn zip(&self) -> Result<Vec<u8>, AutograderError> {
        let run = RUN.replace("ARGUMENTS", &ARGUMENTS.join(" "));
        let run = run.replace("NUMBER", &self.rubric.number.to_string());
        let failure = Results::failure("The autograder did not come to an end.").json();
        let readme = readme::readme(self.rubric);
        let mut entries = Entries::from([
            ("setup.sh".into(), (EXECUTABLE, SETUP.as_bytes())),
            ("run_autograder".into(), (EXECUTABLE, run.as_bytes())),
            ("failure.json".into(), (READABLE, failure.as_bytes())),
            ("README.md".into(), (READABLE, readme.as_bytes())),
            ("tito".into(), (EXECUTABLE, self.tito)),
        ]);
        self.add_course(&mut entries)?;
        Ok(pack(&entries))
    }

    fn add_course<'a>(&'a self, entries: &mut Entries<'a>) -> Result<(), AutograderError> {
        let mut seen = BTreeSet::new();
        let course = self.course.iter().map(|file| (READABLE, file));
        for (mode, (path, bytes)) in course.chain(self.secret.iter().map(|file| (SECRET, file))) {
            if !is_plain(path) {
                return Err(AutograderError::Path((*path).to_owned()));
            }
            if !seen.insert(path) {
                return Err(AutograderError::Twice((*path).to_owned()));
            }
            entries.insert(format!("course/{path}"), (mode, bytes));
        }
        Ok(())
    }
}

fn is_plain(path: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '\\' | ':');
    path.chars().all(is_plain) && path.split('/').all(|name| !matches!(name, "" | "." | ".."))
}

fn pack(entries: &Entries<'_>) -> Vec<u8> {
    const CANNOT_FAIL: &str = "memory takes what is written, and no path is there twice";
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        // The first day that a zip can name: the clock has no part in the bytes.
        .last_modified_time(DateTime::default());
    for (path, (mode, bytes)) in entries {
        zip.start_file(path, options.unix_permissions(*mode)).expect(CANNOT_FAIL);
        zip.write_all(bytes).expect(CANNOT_FAIL);
    }
    zip.finish().expect(CANNOT_FAIL).into_inner()
}

/// Runs once, when the image is built: what is wrong with the image is seen then and not by students.
const SETUP: &str = r"#!/usr/bin/env bash
# Run by Gradescope when it builds the image.
set -euo pipefail
cd /autograder/source
chmod 755 tito run_autograder
chmod -R go-rwx course
./tito --version
# What this machine has and lacks, for whoever reads the log of the build.
./tito doctor || true
";

/// Runs on every submission. A results file is there from the first moment and is replaced in one step, so that whatever
/// ends the run leaves one that is whole.
const RUN: &str = r#"#!/usr/bin/env bash
# Run by Gradescope on every submission.
set -u
source=/autograder/source
results=/autograder/results
mkdir -p "$results"
put() { mv -f "$results/.new.json" "$results/results.json"; }

cp "$source/failure.json" "$results/.new.json" && put
cd /autograder
"$source/tito" ARGUMENTS --course "$source/course" --milestone NUMBER >"$results/.new.json"
code=$?
# 0: every check passed; 1: some failed; 3: refused. Everything else is no grade.
case "$code" in
    0 | 1 | 3) [ -s "$results/.new.json" ] && put ;;
    *) echo "tito ended with $code and without a grade" >&2 ;;
esac
rm -f "$results/.new.json"
"#;

#[cfg(test)]
mod tests;
