//! Cargo as a child process, shielded from what the caller's own environment says about compilers.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Error, Toolchain};

/// What a `cargo run`, a shell profile or a CI job may have set that would change what comes out.
const IGNORED: [&str; 6] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_BOOTSTRAP",
];

/// The target of every guest in Rust.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Cargo of this toolchain, its messages for people going to standard error.
pub(crate) fn command(toolchain: &Toolchain, flags: &[impl AsRef<str>]) -> Command {
    let mut command = Command::new(&toolchain.cargo);
    for variable in IGNORED {
        command.env_remove(variable);
    }
    let flags: Vec<&str> = flags.iter().map(AsRef::as_ref).collect();
    command.env("RUSTC", &toolchain.rustc);
    // Encoded, a flag may hold spaces, as a user's folders do.
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    command
}

/// Runs a program to its end: its standard output where it succeeds, `None` where it does not.
pub(crate) fn output(command: &mut Command) -> Result<Option<String>, Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|source| Error::Start { program, source })?;
    Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// The folder of the workspace that the project belongs to, often the project itself.
pub(crate) fn workspace_root(toolchain: &Toolchain, project: &Path) -> Result<PathBuf, Error> {
    let none: [&str; 0] = [];
    let mut command = command(toolchain, &none);
    command.args(["locate-project", "--workspace", "--message-format=plain", "--manifest-path"]);
    let manifest = output(command.arg(project.join("Cargo.toml")))?;
    let manifest = manifest.ok_or_else(|| Error::Cargo(project.into()))?;
    Ok(Path::new(manifest.trim()).parent().unwrap_or(project).into())
}

/// The flags that make panic messages the same wherever the sources and cargo's registry lie.
pub(crate) fn remaps(folders: &[(&Path, &str)]) -> Vec<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| etcetera::home_dir().ok().map(|home| home.join(".cargo")));
    let home = home.iter().map(|home| (home.as_path(), "/cargo"));
    home.chain(folders.iter().copied())
        .map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()))
        .collect()
}

/// Whether a path ends in `.wasm` or whichever extension is asked for.
pub(crate) fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension() == Some(OsStr::new(extension))
}
