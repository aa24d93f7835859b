//! From a project's sources to its components.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::cargo::{self, TARGET};
use crate::toolchain::Library;
use crate::{Error, Toolchain, componentize, sysroot};

/// A component that was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// The crate's or the example's name.
    pub name: String,
    /// The file that was written.
    pub component: PathBuf,
    /// How long it is.
    pub bytes: usize,
    /// Its SHA-256 in hexadecimal, as `sha256sum` prints it.
    pub sha256: String,
}

/// Builds the project's library and writes its component to `output`, or to `component.wasm` in the project.
///
/// Cargo's messages go to standard error as they come. The same sources and compiler give the same bytes wherever the
/// project lies, as long as its path dependencies lie in its own workspace.
///
/// # Errors
///
/// If cargo fails, or what it built cannot become a component.
pub fn build(toolchain: &Toolchain, project: &Path, output: Option<&Path>) -> Result<Built, Error> {
    let modules = compile(toolchain, project, Selection::Library)?;
    let [module] = modules.as_slice() else { return Err(Error::NoModule(project.into())) };
    let output = output.map_or_else(|| project.join("component.wasm"), Path::to_path_buf);
    write(module, &output)
}

/// Builds every example of the project in one go and writes each one's component to `NAME.wasm` in `folder`.
///
/// # Errors
///
/// As for [`build`]; also if the project has no example with `crate-type = ["cdylib"]`. Its library must not be a cdylib
/// itself, or cargo fails where the profile wants optimisation at link time.
pub fn build_examples(toolchain: &Toolchain, project: &Path, folder: &Path) -> Result<Vec<Built>, Error> {
    let modules = compile(toolchain, project, Selection::Examples)?;
    if modules.is_empty() {
        return Err(Error::NoModule(project.into()));
    }
    fs::create_dir_all(folder).map_err(Error::io("make", folder))?;
    modules.iter().map(|module| write(module, &folder.join(format!("{}.wasm", module.name)))).collect()
}

/// Which of a project's targets become components.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Selection {
    Library,
    Examples,
}

impl Selection {
    /// A library that is an rlib as well, for the sake of `cargo test`, would not be optimised at link time: that can
    /// be done only to what nothing else links. So it is asked for as a cdylib alone.
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Library => &["rustc", "--lib", "--crate-type", "cdylib"],
            Self::Examples => &["build", "--examples"],
        }
    }
}

/// A core module that cargo made.
struct Module {
    name: String,
    path: PathBuf,
}

/// The core modules of the project's targets, in the order of their names.
fn compile(toolchain: &Toolchain, project: &Path, selection: Selection) -> Result<Vec<Module>, Error> {
    let project = fs::canonicalize(project).map_err(Error::io("find the project", project))?;
    let manifest = project.join("Cargo.toml");
    let root = cargo::workspace_root(toolchain, &project)?;
    let mut command = cargo::command(toolchain, &flags(toolchain, &root)?);
    command.args(selection.arguments());
    command.args(["--release", "--message-format=json-render-diagnostics"]);
    command.args(["--target", TARGET, "--manifest-path"]).arg(&manifest);
    let messages = cargo::output(&mut command)?.ok_or_else(|| Error::Cargo(project.clone()))?;
    let mut modules: Vec<Module> =
        messages.lines().filter_map(|line| module(line, &manifest, selection)).collect();
    modules.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(modules)
}

/// What every guest is compiled with.
fn flags(toolchain: &Toolchain, root: &Path) -> Result<Vec<String>, Error> {
    let mut flags = vec!["-Ctarget-feature=+simd128".to_owned()];
    flags.extend(cargo::remaps(&[(root, "/project")]));
    if let Library::Source { linker } = &toolchain.library {
        flags.push(format!("--sysroot={}", sysroot::ensure(toolchain)?.display()));
        flags.push(format!("-Clinker={}", linker.display()));
    }
    Ok(flags)
}

/// One line of what `cargo build --message-format=json` prints; only what is read of it.
#[derive(Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    target: Option<Target>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    crate_types: Vec<String>,
}

/// The core module that a line of cargo's tells of, if it is this project's and selected.
fn module(line: &str, manifest: &Path, selection: Selection) -> Option<Module> {
    let message: Message = serde_json::from_str(line).ok()?;
    let target = message.target?;
    let is_example = target.kind.iter().any(|kind| kind == "example");
    let wanted = message.reason == "compiler-artifact"
        && message.manifest_path.as_deref() == Some(manifest)
        && target.crate_types.iter().any(|found| found == "cdylib")
        && is_example == (selection == Selection::Examples);
    let path = message.filenames.into_iter().find(|path| cargo::has_extension(path, "wasm"));
    path.filter(|_| wanted).map(|path| Module { name: target.name, path })
}

fn write(module: &Module, output: &Path) -> Result<Built, Error> {
    let core = fs::read(&module.path).map_err(Error::io("read", &module.path))?;
    let component =
        componentize(&core).map_err(|source| Error::Component { module: module.path.clone(), source })?;
    fs::write(output, &component).map_err(Error::io("write", output))?;
    Ok(Built {
        name: module.name.clone(),
        component: output.into(),
        bytes: component.len(),
        sha256: hex::encode(Sha256::digest(&component)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_project_s_own_modules_are_taken() {
        let line = |reason: &str, manifest: &str, kind: &str, crate_type: &str, file: &str| {
            format!(
                r#"{{"reason":"{reason}","manifest_path":"{manifest}","filenames":["{file}"],
                "target":{{"name":"guest","kind":["{kind}"],"crate_types":["{crate_type}"]}}}}"#
            )
        };
        let (made, own) = ("compiler-artifact", "/p/Cargo.toml");
        let [library, example] = [Selection::Library, Selection::Examples];
        for (line, selection, expected) in [
            (line(made, own, "cdylib", "cdylib", "/t/guest.wasm"), library, true),
            (line(made, own, "example", "cdylib", "/t/guest.wasm"), example, true),
            (line(made, own, "example", "cdylib", "/t/guest.wasm"), library, false),
            (line(made, own, "cdylib", "cdylib", "/t/guest.wasm"), example, false),
            (line(made, own, "example", "bin", "/t/guest.wasm"), example, false),
            (line(made, own, "cdylib", "cdylib", "/t/guest.rlib"), library, false),
            (line(made, "/d/Cargo.toml", "cdylib", "cdylib", "/t/guest.wasm"), library, false),
            (line("build-script-executed", own, "cdylib", "cdylib", "/t/guest.wasm"), library, false),
            (r#"{"reason":"build-finished","success":true}"#.into(), library, false),
            ("warning: not json".into(), library, false),
        ] {
            let found = module(&line, Path::new(own), selection);
            let expected = expected.then(|| PathBuf::from("/t/guest.wasm"));
            assert_eq!(found.map(|module| module.path), expected, "{line}");
        }
    }
}
