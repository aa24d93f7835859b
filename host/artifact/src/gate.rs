//! Reads a component once, adds up what compilation and instantiation will cost, and refuses by name and figure.
//!
//! The budget is checked before each section is validated, so that the validator itself meets nothing that is
//! out of bounds. Text from the file is escaped before it enters a message.

mod budget;
mod function;

use wasmparser::{
    CanonicalFunction, ComponentExternName, ComponentTypeRef, ElementItems, Encoding, Parser, Payload,
    ValidPayload, Validator, WasmFeatures,
};

use self::{budget::Budget, function::Signatures};
use crate::{Limits, Rule, contract::may_import};

/// A rule that was broken, and the sentence that says so.
#[derive(Debug)]
pub(crate) struct Breach {
    pub(crate) rule: Rule,
    pub(crate) message: String,
}

type Checked<T = ()> = Result<T, Breach>;

/// What the sandbox's engines run, too: WebAssembly 2.0 with 128-bit SIMD in one 32-bit memory a module, and
/// components without asynchrony. Relaxed SIMD is off because it tells machines apart.
const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::SIMD)
    .union(WasmFeatures::FLOATS)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::COMPONENT_MODEL);

/// The names that the component exports, or the first rule that it breaks.
pub(crate) fn inspect(bytes: &[u8], limits: &Limits) -> Checked<Vec<String>> {
    let mut budget = Budget::new(limits);
    budget.add(Rule::ComponentBytes, bytes.len() as u64)?;
    is_component(bytes)?;
    let mut gate = Gate {
        bytes: bytes.len(),
        budget,
        validator: Validator::new_with_features(FEATURES),
        signatures: Signatures::default(),
        depth: 0,
        exports: vec![],
    };
    for payload in Parser::new(0).parse_all(bytes) {
        gate.payload(&payload.map_err(invalid)?)?;
    }
    Ok(gate.exports)
}

/// Tells text, core modules and everything else from components, with the way out of each.
fn is_component(bytes: &[u8]) -> Checked {
    let message = match bytes {
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => return Ok(()),
        [0, b'a', b's', b'm', 1, 0, 0, 0, ..] => {
            "this is a core WebAssembly module, not a component; `tito build` makes a component of a project"
        }
        [b'(', ..] | [b';', b';', ..] => "this is WebAssembly text; hand in the binary component",
        [] => "the file is empty",
        _ => "this is not WebAssembly; hand in the .wasm that `tito build` writes",
    };
    Err(Breach { rule: Rule::NotAComponent, message: message.to_owned() })
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
fn invalid(error: wasmparser::BinaryReaderError) -> Breach {
    let message = format!("{} (at byte {:#x})", error.message().escape_debug(), error.offset());
    Breach { rule: Rule::Invalid, message }
}

struct Gate<'a> {
    bytes: usize,
    budget: Budget<'a>,
    validator: Validator,
    signatures: Signatures,
    depth: u64,
    exports: Vec<String>,
}

impl Gate<'_> {
    fn payload(&mut self, payload: &Payload<'_>) -> Checked {
        self.count(payload)?;
        self.names(payload)?;
        if let ValidPayload::Func(function, body) = self.validator.payload(payload).map_err(invalid)? {
            let mut validator = function.into_validator(Default::default());
            validator.validate(&body).map_err(invalid)?;
        }
        Ok(())
    }

    /// Charges a section to the budget.
    fn count(&mut self, payload: &Payload<'_>) -> Checked {
        use Payload as P;
        match payload {
            P::Version { encoding: Encoding::Component, .. } => self.enter(),
            P::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(())
            }
            P::Version { encoding: Encoding::Module, .. } => {
                self.depth += 1;
                self.signatures = Signatures::default();
                self.budget.add(Rule::Modules, 1)
            }
            P::TypeSection(types) => {
                self.budget.add(Rule::Types, types.count().into())?;
                self.signatures.declare(types).map_err(invalid)
            }
            P::CoreTypeSection(types) => self.budget.add(Rule::Types, types.count().into()),
            P::ComponentTypeSection(types) => self.budget.add(Rule::Types, types.count().into()),
            P::ImportSection(imports) => {
                self.budget.add(Rule::Externs, imports.count().into())?;
                self.signatures.import(imports).map_err(invalid)
            }
            P::ExportSection(exports) => self.budget.add(Rule::Externs, exports.count().into()),
            P::ComponentImportSection(imports) => self.budget.add(Rule::Externs, imports.count().into()),
            P::ComponentExportSection(exports) => self.budget.add(Rule::Externs, exports.count().into()),
            P::InstanceSection(instances) => self.budget.add(Rule::Instances, instances.count().into()),
            P::ComponentInstanceSection(instances) => {
                self.budget.add(Rule::Instances, instances.count().into())?;
                self.budget.add(Rule::ComponentInstances, instances.count().into())
            }
            P::FunctionSection(functions) => {
                self.budget.add(Rule::Functions, functions.count().into())?;
                self.signatures.define(functions).map_err(invalid)
            }
            P::ComponentAliasSection(aliases) => self.budget.add(Rule::Externs, aliases.count().into()),
            P::ComponentCanonicalSection(functions) => self.canonical_functions(functions),
            P::ModuleSection { unchecked_range, .. } | P::ComponentSection { unchecked_range, .. } => {
                self.is_whole(unchecked_range)
            }
            P::MemorySection(memories) => self.memories(memories),
            P::TableSection(tables) => self.tables(tables),
            P::GlobalSection(globals) => self.budget.add(Rule::Globals, globals.count().into()),
            P::ElementSection(segments) => self.elements(segments),
            P::CodeSectionEntry(body) => self.function(body),
            P::CustomSection(section) => {
                self.budget.add(Rule::CustomSectionBytes, section.data().len() as u64)
            }
            _ => Ok(()),
        }
    }

    fn enter(&mut self) -> Checked {
        self.depth += 1;
        self.budget.at_most(Rule::ComponentNesting, self.depth, "components are nested")
    }

    /// The parser takes the end of the file for the end of all that is nested, wherever that should have been.
    fn is_whole(&self, nested: &std::ops::Range<usize>) -> Checked {
        if nested.end <= self.bytes {
            return Ok(());
        }
        let message = format!(
            "unexpected end: a nested module or component ends at byte {:#x}, the file at {:#x}; build it again",
            nested.end, self.bytes
        );
        Err(Breach { rule: Rule::Invalid, message })
    }

    fn memories(&mut self, memories: &wasmparser::MemorySectionReader<'_>) -> Checked {
        self.budget.add(Rule::Memories, memories.count().into())?;
        for memory in memories.clone() {
            let memory = memory.map_err(invalid)?;
            let page = 1u64 << memory.page_size_log2.unwrap_or(16).min(63);
            self.budget.add(Rule::MemoryBytes, memory.initial.saturating_mul(page))?;
        }
        Ok(())
    }

    fn canonical_functions(
        &mut self,
        functions: &wasmparser::ComponentCanonicalSectionReader<'_>,
    ) -> Checked {
        self.budget.add(Rule::CanonicalFunctions, functions.count().into())?;
        for function in functions.clone() {
            use CanonicalFunction as F;
            let is_side = matches!(function.map_err(invalid)?, F::Lift { .. } | F::Lower { .. });
            self.budget.add(Rule::NestedLifts, u64::from(is_side && self.depth > 1))?;
        }
        Ok(())
    }

    fn tables(&mut self, tables: &wasmparser::TableSectionReader<'_>) -> Checked {
        self.budget.add(Rule::Tables, tables.count().into())?;
        for table in tables.clone() {
            self.budget.add(Rule::TableElements, table.map_err(invalid)?.ty.initial)?;
        }
        Ok(())
    }

    fn elements(&mut self, segments: &wasmparser::ElementSectionReader<'_>) -> Checked {
        for segment in segments.clone() {
            let count = match segment.map_err(invalid)?.items {
                ElementItems::Functions(items) => items.count(),
                ElementItems::Expressions(_, items) => items.count(),
            };
            self.budget.add(Rule::Elements, 1 + u64::from(count))?;
        }
        Ok(())
    }

    fn function(&mut self, body: &wasmparser::FunctionBody<'_>) -> Checked {
        let bytes = body.range().len() as u64;
        self.budget.add(Rule::CodeBytes, bytes)?;
        self.budget.at_most(Rule::FunctionBytes, bytes, "a function has")?;
        let found = function::measure(body, &mut self.signatures).map_err(invalid)?;
        self.budget.at_most(Rule::FunctionLocals, found.locals, "a function has")?;
        self.budget.at_most(Rule::FunctionNesting, found.nesting, "a function nests blocks")?;
        self.budget.add(Rule::BranchTargets, found.branch_targets)?;
        self.budget.at_most(Rule::FunctionComplexity, found.complexity(), "a function has")?;
        self.budget.add(Rule::ComponentComplexity, found.complexity())
    }

    /// Holds the outermost component's imports to the contract and notes its exports.
    fn names(&mut self, payload: &Payload<'_>) -> Checked {
        if self.depth != 1 {
            return Ok(());
        }
        match payload {
            Payload::ComponentImportSection(imports) => imports.clone().into_iter().try_for_each(|import| {
                let import = import.map_err(invalid)?;
                is_allowed(&import.name, &import.ty)
            }),
            Payload::ComponentExportSection(exports) => exports.clone().into_iter().try_for_each(|export| {
                self.exports.push(export.map_err(invalid)?.name.name.escape_debug().to_string());
                Ok(())
            }),
            _ => Ok(()),
        }
    }
}

/// An import is allowed when it is an instance of one of the contract's interfaces, and nothing else.
fn is_allowed(name: &ComponentExternName<'_>, ty: &ComponentTypeRef) -> Checked {
    let (name, is_instance) = (name.name, matches!(ty, ComponentTypeRef::Instance(_)));
    if is_instance && may_import(name) {
        return Ok(());
    }
    let way_out = if name.starts_with("wasi:") {
        "; a submission has no network: build for wasm32-unknown-unknown, as `tito build` does"
    } else {
        "; a submission may import the contract's own interfaces and nothing else"
    };
    let message = format!("the component imports '{}'{way_out}", name.escape_debug());
    Err(Breach { rule: Rule::Import, message })
}
