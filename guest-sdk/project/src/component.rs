//! From a core module to a component, with errors that a student can act on.

use thiserror::Error;
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

/// Interfaces of the contract; what the exports of a core module that implements one begin with.
const CONTRACT: &str = "tinytorch:framework/";

/// Why a core module cannot become a component.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ComponentError {
    /// It is no core module, or a damaged one.
    #[error("it is not a WebAssembly module: {0}")]
    Malformed(String),
    /// It exports nothing of the contract, or does not describe what it exports.
    #[error(
        "it exports no model; `tinytorch::export_inference!(Sequential<YourFramework>);` in src/lib.rs does that"
    )]
    NoExport,
    /// It imports what no grader has.
    #[error("it imports '{name}' from '{module}', which is not part of the contract: {}", hint(module))]
    Import {
        /// What it imports from.
        module: String,
        /// What it imports.
        name: String,
    },
    /// The encoder refused for another reason.
    #[error("{0}; was the project built with the `tinytorch` crate that `tito new` gave it?")]
    Encode(String),
}

/// The component that a core module describes in its `component-type` sections, as `wasm-tools component new` does.
///
/// # Errors
///
/// If the module is damaged, exports nothing of the contract, or imports anything but the contract's interfaces.
pub fn componentize(core: &[u8]) -> Result<Vec<u8>, ComponentError> {
    inspect(core)?;
    ComponentEncoder::default()
        .validate(true)
        .module(core)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| ComponentError::Encode(format!("{error:#}")))
}

/// Finds first what the encoder would not find, or would not say plainly.
fn inspect(core: &[u8]) -> Result<(), ComponentError> {
    let malformed = |error: wasmparser::BinaryReaderError| ComponentError::Malformed(error.to_string());
    let (mut exported, mut described) = (false, false);
    for payload in Parser::new(0).parse_all(core) {
        match payload.map_err(malformed)? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import.map_err(malformed)?;
                    check_import(import.module, import.name)?;
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    exported |= export.map_err(malformed)?.name.starts_with(CONTRACT);
                }
            }
            Payload::CustomSection(section) => described |= section.name().starts_with("component-type"),
            _ => {}
        }
    }
    if exported && described { Ok(()) } else { Err(ComponentError::NoExport) }
}

/// `[export]` stands before the interfaces whose handles a module makes for its own resources.
fn check_import(module: &str, name: &str) -> Result<(), ComponentError> {
    if module.strip_prefix("[export]").unwrap_or(module).starts_with(CONTRACT) {
        return Ok(());
    }
    Err(ComponentError::Import { module: module.into(), name: name.into() })
}

/// What usually makes a module import from there, and what to do.
fn hint(module: &str) -> &'static str {
    match module {
        "wasi_snapshot_preview1" | "wasi_unstable" => {
            "it wants an operating system; build for wasm32-unknown-unknown (`tito build` does), not for WASI"
        }
        "env" => {
            "a function is declared `extern` and defined nowhere; a dependency needs a C library, so do without it"
        }
        _ if module.starts_with("__wbindgen") => {
            "a dependency expects JavaScript (often `getrandom` or a clock); do without it, `tinytorch::Rng` is seeded"
        }
        _ => "find the dependency that needs it with `cargo tree`, and do without it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_cannot_be_graded_says_why() {
        check("(module)", ComponentError::NoExport);
        check(r#"(module (func (export "tinytorch:framework/models@0.1.0#f")))"#, ComponentError::NoExport);
        for module in ["wasi_snapshot_preview1", "env", "__wbindgen_placeholder__", "other"] {
            let (module, name) = (module.to_owned(), "f".to_owned());
            let text = format!("(module (import \"{module}\" \"{name}\" (func)))");
            check(&text, ComponentError::Import { module, name });
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "the tables above read better with values")]
    fn check(module: &str, expected: ComponentError) {
        let core = wat::parse_str(module).unwrap();
        assert_eq!(componentize(&core).unwrap_err(), expected);
    }

    #[test]
    fn every_import_has_a_hint_of_its_own() {
        let known = ["wasi_snapshot_preview1", "env", "__wbindgen_placeholder__"].map(hint);
        assert!(known.iter().all(|&known| known != hint("other")), "{known:?}");
    }

    #[test]
    fn bytes_that_are_no_module_are_malformed() {
        let found = [b"".as_slice(), b"not wasm", b"\0asm\x01\0\0\0\x01\xff"].map(componentize);
        assert!(found.iter().all(|found| matches!(found, Err(ComponentError::Malformed(_)))), "{found:?}");
    }
}
