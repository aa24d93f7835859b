//! A standard library for WebAssembly built once from Debian's source, where rustup has none to give.
//!
//! It lies in `$XDG_CACHE_HOME/tito/wasm-sysroot-<version>` in the shape that `rustc --sysroot` reads. Building takes
//! half a minute to three; a lock keeps two builds from doing it twice, and the folder appears whole or not at all.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::cargo::TARGET;
use crate::{Error, Toolchain, cargo};

/// An empty crate: cargo builds the standard library because of it.
const MANIFEST: &str = "[package]\nname = \"nothing\"\nedition = \"2024\"\n\n[workspace]\n";

/// What comes out beside the standard library and must not be found in its place.
const OTHERS: [&str; 2] = ["libnothing-", "libproc_macro-"];

/// The sysroot of this toolchain, built if it is not there yet.
pub(crate) fn ensure(toolchain: &Toolchain) -> Result<PathBuf, Error> {
    let folder = folder(&toolchain.version)?;
    let cache = folder.parent().expect("the sysroot lies in the cache folder");
    fs::create_dir_all(cache).map_err(Error::io("make", cache))?;
    let _lock = lock(&cache.join("wasm-sysroot.lock"))?;
    if !folder.is_dir() {
        eprintln!("Building the standard library for WebAssembly, once: {}", folder.display());
        make(toolchain, cache, &folder)?;
    }
    Ok(folder)
}

/// Where the sysroot of a compiler's version is kept.
pub(crate) fn folder(version: &str) -> Result<PathBuf, Error> {
    let base = etcetera::choose_base_strategy();
    let base =
        base.map_err(|_| Error::Toolchain("there is no home folder to keep a standard library in".into()))?;
    Ok(base.cache_dir().join("tito").join(format!("wasm-sysroot-{version}")))
}

/// Held until dropped; the system lets go of it even if we are killed.
fn lock(path: &Path) -> Result<File, Error> {
    let file = File::create(path).map_err(Error::io("make", path))?;
    file.lock().map_err(Error::io("lock", path))?;
    Ok(file)
}

/// Builds beside the final place and renames, so that an interrupted build leaves nothing that looks finished.
fn make(toolchain: &Toolchain, cache: &Path, folder: &Path) -> Result<(), Error> {
    let work = tempfile::tempdir_in(cache).map_err(Error::io("make a folder in", cache))?;
    let libraries = compile(toolchain, work.path())?;
    let sysroot = work.path().join("sysroot");
    let destination = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    fs::create_dir_all(&destination).map_err(Error::io("make", &destination))?;
    for library in libraries {
        let name = library.file_name().expect("a library that was listed has a name");
        fs::copy(&library, destination.join(name)).map_err(Error::io("copy", &library))?;
    }
    fs::rename(&sysroot, folder).map_err(Error::io("move into place", folder))
}

/// The standard library's files, still in cargo's folder.
fn compile(toolchain: &Toolchain, work: &Path) -> Result<Vec<PathBuf>, Error> {
    for (name, text) in [("Cargo.toml", MANIFEST), ("src/lib.rs", "#![no_std]\n")] {
        let path = work.join(name);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).map_err(Error::io("make", work))?;
        fs::write(&path, text).map_err(Error::io("write", &path))?;
    }
    let mut flags = cargo::remaps(&[]);
    // As in the library that rustup gives: without bitcode, no guest could be optimised at link time.
    flags.push("-Cembed-bitcode=yes".into());
    let mut command = cargo::command(toolchain, &flags);
    // Only so does a released compiler take -Z; cargo's own folder settings are not this crate's business.
    command.env("RUSTC_BOOTSTRAP", "1").current_dir(work);
    command.args(["build", "--release", "--quiet", "--target", TARGET, "-Zbuild-std=std,panic_abort"]);
    command.args(["--target-dir", "target"]);
    cargo::output(&mut command)?.ok_or(Error::Std)?;
    libraries(&work.join("target").join(TARGET).join("release/deps"))
}

/// Everything that the standard library consists of.
fn libraries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::io("read", folder))?;
    let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(Error::io("read", folder))?;
    paths.retain(|path| cargo::has_extension(path, "rlib") && !is_other(path));
    Ok(paths)
}

fn is_other(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| OTHERS.iter().any(|other| name.starts_with(other)))
}
