//! Why something could not be done to a course.

use std::{io, path::PathBuf};

use thiserror::Error;

/// Why something could not be done to a course: what was being done, to which thing, and the way out.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CourseError {
    /// There is no course here.
    #[error(
        "there is no course in '{}' or above it; go to its folder, name it with --course, or make one with `tito assessment init`",
        .0.display()
    )]
    NoCourse(PathBuf),
    /// There is one already.
    #[error("there is a course in '{}' already", .0.display())]
    Exists(PathBuf),
    /// Something of a course that was not finished is there.
    #[error("there is '{}' of another course; move it away first", .0.display())]
    LeftOver(PathBuf),
    /// The settings cannot be used.
    #[error("cannot use '{}': {problem}", .path.display())]
    Settings {
        /// Where they are.
        path: PathBuf,
        /// What is wrong, and where.
        problem: String,
    },
    /// The file system refused.
    #[error("cannot {doing} '{}': {source}", .path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The database refused.
    #[error("cannot {doing} '{}': {source}", .path.display())]
    Database {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// Why not.
        source: rusqlite::Error,
    },
    /// The database was made by a later version of tito.
    #[error("'{}' has version {found}, and this tito reads up to {known}; use the newer tito that wrote it", .path.display())]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The last one that is known.
        known: u32,
    },
    /// Something in the course's folder is not what it was.
    #[error("{0}; `tito integrity verify` looks at everything")]
    Damaged(String),
    /// A key can be read by others.
    #[error("others can read '{}'; `chmod 600` it, and think about who has read it until now", .0.display())]
    Readable(PathBuf),
    /// Another process works on the course.
    #[error("another tito grades in '{}'; wait for it, or stop it", .0.display())]
    Busy(PathBuf),
}

impl CourseError {
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}
