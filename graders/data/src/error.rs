//! What can go wrong with data. Each sentence holds its cause, so that no chain of sources repeats it.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a dataset could not be fetched, imported or loaded.
#[derive(Debug, Error)]
pub enum DataError {
    /// No dataset has this name.
    #[error("there is no dataset '{name}'; tito knows {known}")]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// The dataset was neither fetched nor imported.
    #[error(
        "cannot load {title}: {} is not there; run `tito data fetch {name}` or `tito data import {name} FOLDER`",
        path.display()
    )]
    Absent {
        /// The dataset in sentences.
        title: &'static str,
        /// The dataset in commands.
        name: &'static str,
        /// The first file that is missing.
        path: PathBuf,
    },
    /// The dataset has no files.
    #[error("cannot {doing} {title}: it is part of tito and always there")]
    Embedded {
        /// `fetch` or `import`.
        doing: &'static str,
        /// The dataset in sentences.
        title: &'static str,
    },
    /// A folder to import from lacks a file.
    #[error(
        "cannot import {title}: {} holds {}",
        folder.display(),
        lacking(file, other.as_deref())
    )]
    NotInFolder {
        /// The dataset in sentences.
        title: &'static str,
        /// The file that is missing.
        file: &'static str,
        /// What would have done as well, if anything.
        other: Option<String>,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// The dataset holds something else than what is wanted of it.
    #[error("cannot load {title} as {wanted}: it holds {found}")]
    OtherKind {
        /// The dataset in sentences.
        title: &'static str,
        /// `images` or `a text`.
        wanted: &'static str,
        /// Likewise.
        found: &'static str,
    },
    /// Some bytes are not the published ones.
    #[error("cannot {doing} {thing}: {problem}; {way_out}")]
    Refused {
        /// `fetch`, `import` or `load`.
        doing: &'static str,
        /// The path or the URL.
        thing: String,
        /// What is wrong with it.
        problem: Problem,
        /// What to do.
        way_out: String,
    },
    /// The operating system would not.
    #[error("cannot {doing} {}: {cause}", path.display())]
    Io {
        /// For example `write`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// Another process is downloading the same file.
    #[error("cannot fetch into {}: another tito is at it; wait for it to finish", path.display())]
    Busy {
        /// The partial download.
        path: PathBuf,
    },
    /// The server could not be reached or did not speak HTTP.
    #[error("cannot fetch {url}: {cause}; check the network or name a mirror")]
    Http {
        /// What was asked for.
        url: String,
        /// What happened.
        cause: Box<ureq::Error>,
    },
    /// The server answered with something else than the file.
    #[error("cannot fetch {url}: the server answers with status {status}; name another mirror")]
    Status {
        /// What was asked for.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The download ended early; what came is kept.
    #[error(
        "cannot fetch {url}: it ended early ({cause}) and {bytes} bytes are kept; run the same command again to go on from there"
    )]
    Interrupted {
        /// What was asked for.
        url: String,
        /// How much of the packed file is here.
        bytes: u64,
        /// What happened.
        cause: io::Error,
    },
}

/// What is wrong with some bytes.
#[derive(Debug, Error)]
pub enum Problem {
    /// They are other bytes than the published ones, or than those that were imported.
    #[error("its SHA-256 is {found}, expected {expected}")]
    Digest {
        /// As published, or as recorded at import.
        expected: String,
        /// Of these bytes.
        found: String,
    },
    /// There are more of them than there should be; the rest was not read.
    #[error("it is longer than the expected {bytes} bytes")]
    Longer {
        /// The most that there may be.
        bytes: u64,
    },
    /// They cannot be read or unpacked to the end.
    #[error("it cannot be read to its end ({0})")]
    Unreadable(io::Error),
    /// They do not mean images, labels or a text.
    #[error("its content is wrong: {0}")]
    Content(String),
}

/// A character that is not in the vocabulary of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("character {at}, {character:?}, is none of the text's")]
pub struct UnknownCharacter {
    /// Which one.
    pub character: char,
    /// How many come before it.
    pub at: usize,
}

fn lacking(file: &str, other: Option<&str>) -> String {
    match other {
        Some(other) => format!("neither {file} nor {other}; name the folder that holds them"),
        None => format!("no {file}; name the folder that holds it"),
    }
}

impl DataError {
    /// For `map_err`: what was being done to which path.
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Io { doing, path, cause }
    }
}
