//! Why a project cannot be made or built.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::ComponentError;

/// Why a project cannot be made or built.
#[derive(Debug, Error)]
pub enum Error {
    /// A project's name is not one that cargo takes.
    #[error(
        "cannot make a project named '{0}': use letters, digits, '-' and '_', begin with a letter, and \
             choose no word of the language and no name of a crate that the project needs"
    )]
    Name(String),
    /// The folder for a new project holds something already.
    #[error("cannot make a project in '{}': the folder is not empty; name another", .0.display())]
    NotEmpty(PathBuf),
    /// No compiler here makes WebAssembly.
    #[error("cannot find a Rust compiler for WebAssembly: {0}")]
    Toolchain(String),
    /// The file system refused.
    #[error("cannot {doing} '{}': {source}", path.display())]
    Io {
        /// What was being done, for example `read`.
        doing: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Cargo could not be started.
    #[error("cannot run '{program}': {source}; is it installed and on the PATH?")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// Cargo ran and failed; it has said why on standard error.
    #[error("cannot build '{}': cargo failed, see its messages above", .0.display())]
    Cargo(PathBuf),
    /// The standard library could not be built for WebAssembly.
    #[error(
        "cannot build the standard library for WebAssembly: cargo failed, see its messages above; or install \
             a ready one, `rustup target add wasm32-unknown-unknown`"
    )]
    Std,
    /// The project made no WebAssembly.
    #[error("cannot find what '{}' built: no WebAssembly came out; a project needs a `src/lib.rs`, and an example \
             `crate-type = [\"cdylib\"]` under its `[[example]]`", .0.display())]
    NoModule(PathBuf),
    /// What was built cannot become a component.
    #[error("cannot make a component of '{}': {source}", module.display())]
    Component {
        /// The core module.
        module: PathBuf,
        /// Why not.
        source: ComponentError,
    },
}

impl Error {
    /// What to make of an `io::Error` that came of `doing` something to `path`.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { doing, path, source }
    }
}
