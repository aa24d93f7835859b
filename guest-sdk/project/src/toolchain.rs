//! Which compiler makes WebAssembly here, and where its standard library comes from.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::TARGET;
use crate::{Error, cargo, sysroot};

/// A compiler that makes WebAssembly, with a standard library for it.
#[derive(Clone, Debug)]
pub struct Toolchain {
    pub(crate) rustc: PathBuf,
    pub(crate) cargo: PathBuf,
    /// As in `1.96.0`.
    pub(crate) version: String,
    pub(crate) library: Library,
}

/// Where the standard library for WebAssembly comes from.
#[derive(Clone, Debug)]
pub(crate) enum Library {
    /// It came with the toolchain, and so did a linker.
    Installed,
    /// Debian ships its source, and the linker apart.
    Source { linker: PathBuf },
}

/// What `rustc -vV` and `--print sysroot` say.
struct Facts {
    version: String,
    /// As in `22` of `22.1.8`; empty if this rustc does not tell.
    llvm: String,
    sysroot: PathBuf,
}

impl Toolchain {
    /// The compiler on the PATH if it has the target, else Debian's with the source of its standard library.
    ///
    /// # Errors
    ///
    /// If there is neither; the error says what to install.
    pub fn find() -> Result<Self, Error> {
        let mut missing = Vec::new();
        let found = Self::installed("rustc", &mut missing)
            .or_else(|| Self::from_source("/usr/bin/rustc", &mut missing));
        found.ok_or_else(|| Error::Toolchain(missing.join("; ")))
    }

    /// Which compiler this is and where its standard library comes from, in one line for `tito doctor`.
    pub fn describe(&self) -> String {
        let compiler = format!("rustc {} ({})", self.version, self.rustc.display());
        match &self.library {
            Library::Installed => format!("{compiler} with its {TARGET} target"),
            Library::Source { linker } => {
                let state = match sysroot::folder(&self.version) {
                    Ok(folder) if folder.is_dir() => format!("kept in {}", folder.display()),
                    _ => "to be built by the first `tito build`, once".into(),
                };
                format!("{compiler}, linker {}, standard library from source, {state}", linker.display())
            }
        }
    }

    /// The compiler's version, as in `1.96.0`: components of one source differ between versions.
    pub fn version(&self) -> &str {
        &self.version
    }

    fn installed(rustc: &str, missing: &mut Vec<String>) -> Option<Self> {
        let Some(facts) = facts(rustc) else {
            missing.push("there is no `rustc` on the PATH; install Rust from https://rustup.rs".into());
            return None;
        };
        if !facts.sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir() {
            let version = facts.version;
            missing.push(format!("rustc {version} lacks the target; run `rustup target add {TARGET}`"));
            return None;
        }
        let (rustc, cargo) = (rustc.into(), "cargo".into());
        Some(Self { rustc, cargo, version: facts.version, library: Library::Installed })
    }

    fn from_source(rustc: &str, missing: &mut Vec<String>) -> Option<Self> {
        let facts = facts(rustc).filter(|facts| !facts.llvm.is_empty());
        let Some(facts) = facts else {
            missing.push(
                "or, on Debian, `apt-get install rustc-web cargo-web rust-web-src`, which then names its linker".into(),
            );
            return None;
        };
        let linker = format!("/usr/bin/wasm-ld-{}", facts.llvm);
        let source = facts.sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml");
        let lld = format!("lld-{}", facts.llvm);
        let needed = [
            ("cargo-web", Path::new("/usr/bin/cargo")),
            ("rust-web-src", &source),
            (&lld, Path::new(&linker)),
        ];
        let packages: Vec<&str> =
            needed.iter().filter(|(_, path)| !path.exists()).map(|(package, _)| *package).collect();
        if !packages.is_empty() {
            missing.push(format!("or, for {rustc}, `apt-get install {}`", packages.join(" ")));
            return None;
        }
        let library = Library::Source { linker: linker.into() };
        Some(Self { rustc: rustc.into(), cargo: "/usr/bin/cargo".into(), version: facts.version, library })
    }
}

/// What a compiler says about itself; `None` if it is not there or fails.
fn facts(rustc: &str) -> Option<Facts> {
    let ask = |arguments: &[&str]| cargo::output(Command::new(rustc).args(arguments)).ok().flatten();
    let verbose = ask(&["-vV"])?;
    let sysroot = ask(&["--print", "sysroot"])?.trim().into();
    let llvm = field(&verbose, "LLVM version: ").and_then(|version| version.split('.').next());
    Some(Facts {
        version: field(&verbose, "release: ")?.into(),
        llvm: llvm.unwrap_or_default().into(),
        sysroot,
    })
}

/// The rest of the line that begins with `name`.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        check(Toolchain::installed, "/nowhere/rustc", "install Rust from https://rustup.rs");
        check(Toolchain::from_source, "/nowhere/rustc", "apt-get install rustc-web");
    }

    fn check(find: fn(&str, &mut Vec<String>) -> Option<Toolchain>, rustc: &str, expected: &str) {
        let mut missing = Vec::new();
        assert!(find(rustc, &mut missing).is_none());
        assert!(missing.len() == 1 && missing[0].contains(expected), "{missing:?}");
    }

    #[test]
    fn the_linker_s_number_is_read_from_the_compiler() {
        let verbose = "rustc 1.96.0\nrelease: 1.96.0\nLLVM version: 22.1.8\n";
        assert_eq!(
            (field(verbose, "release: "), field(verbose, "LLVM version: ")),
            (Some("1.96.0"), Some("22.1.8"))
        );
        assert_eq!(field(verbose, "host: "), None);
    }
}
