//! The functions of a component: how many each core module has, what they are called, and where their bodies are.
//!
//! Names are an enemy's words: they are demangled, escaped and cut here.

use std::{collections::BTreeMap, fmt, ops::Range};

use wasmparser::{BinaryReaderError, Encoding, ExternalKind, KnownCustom, Name, Parser, Payload, TypeRef};

use crate::Artifact;

/// The longest name that is kept, in bytes before it is escaped.
const NAME_BYTES: usize = 256;

/// The functions of a component's core modules, in the order in which the modules stand in the file.
#[derive(Clone, Debug, Default)]
pub struct Functions {
    modules: Vec<Module>,
}

/// The functions of one core module.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// How many it imports; they come first.
    pub imported: u32,
    /// Where the bodies of its own are in the file, in order.
    pub bodies: Vec<Range<usize>>,
    /// Where the module is in the file.
    pub range: Range<usize>,
    names: BTreeMap<u32, String>,
}

impl Functions {
    /// The functions of a component that passed the gate.
    pub fn of(artifact: &Artifact) -> Self {
        let mut functions = Self::default();
        // What cannot be read did not pass; names alone may be damaged, and are then missing.
        let _damaged = functions.read(artifact.bytes());
        functions
    }

    /// The core modules.
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// How many functions each module has, its imports among them.
    pub fn counts(&self) -> Vec<u32> {
        self.modules.iter().map(Module::count).collect()
    }

    /// What a function is called: as its source says, where the component says so, else as it is exported. Escaped.
    pub fn name(&self, module: u32, function: u32) -> Option<&str> {
        self.modules.get(module as usize)?.names.get(&function).map(String::as_str)
    }

    fn read(&mut self, bytes: &[u8]) -> Result<(), BinaryReaderError> {
        let mut open = Vec::new();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::Version { encoding: Encoding::Module, range, .. } => {
                    self.modules.push(Module { range: range.start..bytes.len(), ..Module::default() });
                    open.push(Some(self.modules.len() - 1));
                }
                Payload::Version { .. } => open.push(None),
                Payload::End(at) => {
                    if let Some(Some(module)) = open.pop() {
                        self.modules[module].range.end = at;
                    }
                }
                payload => {
                    if let Some(&Some(module)) = open.last() {
                        self.modules[module].note(&payload)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Module {
    /// How many functions it has, its imports among them.
    pub fn count(&self) -> u32 {
        self.imported + self.bodies.len() as u32
    }

    fn note(&mut self, payload: &Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    let import = import?;
                    if let TypeRef::Func(_) = import.ty {
                        self.names.insert(self.imported, shown(import.name));
                        self.imported += 1;
                    }
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports.clone() {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        self.names.entry(export.index).or_insert_with(|| shown(export.name));
                    }
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body.range()),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    self.debug_names(names);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The gate does not look at these: what is damaged ends the reading of names.
    fn debug_names(&mut self, names: wasmparser::NameSectionReader<'_>) {
        for names in names {
            let Ok(names) = names else { return };
            let Name::Function(functions) = names else { continue };
            for naming in functions {
                let Ok(naming) = naming else { return };
                self.names.insert(naming.index, shown(naming.name));
            }
        }
    }
}

/// A name, demangled, cut and escaped.
fn shown(name: &str) -> String {
    let mut bounded = Bounded(String::new());
    // What is cut is no error.
    let _cut = match rustc_demangle::try_demangle(name) {
        Ok(demangled) => fmt::write(&mut bounded, format_args!("{demangled:#}")),
        Err(_) => demangle_cpp(name, &mut bounded),
    };
    let plain =
        |c: char| if matches!(c, '\'' | '"' | '\\') { c.to_string() } else { c.escape_debug().to_string() };
    bounded.0.chars().map(plain).collect()
}

fn demangle_cpp(name: &str, out: &mut Bounded) -> fmt::Result {
    let is_mangled = name.starts_with("_Z") && name.len() <= NAME_BYTES;
    match is_mangled.then(|| cpp_demangle::Symbol::new(name)).and_then(Result::ok) {
        Some(symbol) => symbol.structured_demangle(out, &cpp_demangle::DemangleOptions::new()),
        None => fmt::Write::write_str(out, name),
    }
}

/// Takes no more than so much: short names can stand for very long ones.
struct Bounded(String);

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = NAME_BYTES - self.0.len();
        self.0.push_str(&text[..text.floor_char_boundary(room)]);
        if text.len() <= room { Ok(()) } else { Err(fmt::Error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Gated, Limits};

    #[track_caller]
    fn check(name: &str, expected: &str) {
        assert_eq!(shown(name), expected);
    }

    #[test]
    fn names_are_demangled_escaped_and_cut() {
        check("cabi_realloc", "cabi_realloc");
        check("_ZN9reference4gemm8multiply17h958bd5cda8fa3457E", "reference::gemm::multiply");
        check("_RNvNtCs1CYXbLPYCFn_4core9panicking5panic", "core::panicking::panic");
        check("_ZN3foo3barEv", "foo::bar()");
        check("<svg>\u{1b}[2J\n", r"<svg>\u{1b}[2J\n");
        check(&"ß".repeat(1_000), &"ß".repeat(128));
        check("_Z", "_Z");
    }

    #[test]
    fn functions_are_named_by_the_name_section_or_their_exports() {
        let text = r#"(component
            (core module (import "" "in" (func)) (func $inner) (func (export "outer")) (func))
            (core module (func (export "a b"))))"#;
        let bytes = wat::parse_str(text).unwrap();
        let Gated::Admitted(artifact) = Artifact::gate(bytes.clone(), &Limits::default()) else { panic!() };
        let functions = Functions::of(&artifact);
        assert_eq!(functions.counts(), [4, 1]);
        let names: Vec<_> = (0..4).map(|function| functions.name(0, function)).collect();
        assert_eq!(names, [Some("in"), Some("inner"), Some("outer"), None]);
        assert_eq!(functions.name(1, 0), Some("a b"));
        assert_eq!(functions.name(2, 0), None);
        let module = &functions.modules()[0];
        assert_eq!(&bytes[module.range.clone()][..4], b"\0asm");
        assert!(module.bodies.iter().all(|body| bytes[body.end - 1] == 0x0b), "bodies end with `end`");
    }
}
