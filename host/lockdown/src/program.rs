//! Where a worker's program is and how it is called.

use std::{ffi::OsString, path::PathBuf};

/// Where a worker's program is and how it is called.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) path: PathBuf,
    pub(crate) args: Vec<OsString>,
}

impl Program {
    /// The program that is running now. It is the running file itself, so replacing the one on the disk in the middle
    /// of a batch does no harm.
    #[must_use]
    pub fn own() -> Self {
        Self::at("/proc/self/exe")
    }

    /// The program in this file.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), args: Vec::new() }
    }

    /// The same with one more argument, before the [`Orders`](crate::Orders), which come last.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }
}
