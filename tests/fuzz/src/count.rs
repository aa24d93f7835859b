//! A second reading of a component, by other means than the gate's, to hold its answer against.

use tito_artifact::Limits;
use wasmparser::{ElementItems, Operator, Parser, Payload, Validator, WasmFeatures};

/// What the gate's limits speak of, counted over a valid component.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    bytes: u64,
    code_bytes: u64,
    functions: u64,
    function_bytes: u64,
    function_locals: u64,
    function_nesting: u64,
    branch_targets: u64,
    types: u64,
    component_nesting: u64,
    modules: u64,
    instances: u64,
    memories: u64,
    tables: u64,
    externs: u64,
    component_instances: u64,
    globals: u64,
    elements: u64,
    canonical_functions: u64,
    custom_section_bytes: u64,
    memory_bytes: u64,
    table_elements: u64,
}

impl Figures {
    /// # Panics
    ///
    /// If the validator does not accept the bytes as a whole: then they should not have been admitted.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        // What SANDBOX.md says that the engines run, in the validator's own names.
        let features = WasmFeatures::WASM2 | WasmFeatures::EXTENDED_CONST | WasmFeatures::COMPONENT_MODEL;
        let valid = Validator::new_with_features(features).validate_all(bytes);
        valid.expect("what is admitted is valid");
        let mut figures = Self { bytes: bytes.len() as u64, ..Self::default() };
        figures.walk(bytes, 1);
        figures
    }

    /// Descends into nested modules and components by their lengths, which the gate's parser does by itself.
    fn walk(&mut self, bytes: &[u8], depth: u64) {
        let mut parser = Parser::new(0);
        let (mut at, mut is_component) = (0, false);
        loop {
            let chunk = parser.parse(&bytes[at..], true).expect("it was validated");
            let wasmparser::Chunk::Parsed { consumed, payload } = chunk else {
                unreachable!("the whole file is there")
            };
            at += consumed;
            match payload {
                Payload::End(_) => break,
                Payload::Version { encoding, .. } => {
                    is_component = encoding == wasmparser::Encoding::Component;
                    self.modules += u64::from(!is_component);
                }
                Payload::ModuleSection { unchecked_range, .. }
                | Payload::ComponentSection { unchecked_range, .. } => {
                    let inner = &bytes[at..at + unchecked_range.len()];
                    self.walk(inner, depth + 1);
                    at += inner.len();
                }
                payload => self.section(&payload),
            }
        }
        if is_component {
            self.component_nesting = self.component_nesting.max(depth);
        }
    }

    fn section(&mut self, payload: &Payload<'_>) {
        match payload {
            Payload::TypeSection(section) => self.types += u64::from(section.count()),
            Payload::CoreTypeSection(section) => self.types += u64::from(section.count()),
            Payload::ComponentTypeSection(section) => self.types += u64::from(section.count()),
            Payload::ImportSection(section) => self.externs += u64::from(section.count()),
            Payload::ExportSection(section) => self.externs += u64::from(section.count()),
            Payload::ComponentImportSection(section) => self.externs += u64::from(section.count()),
            Payload::ComponentExportSection(section) => self.externs += u64::from(section.count()),
            Payload::ComponentAliasSection(section) => self.externs += u64::from(section.count()),
            Payload::InstanceSection(section) => self.instances += u64::from(section.count()),
            Payload::ComponentInstanceSection(section) => {
                self.instances += u64::from(section.count());
                self.component_instances += u64::from(section.count());
            }
            Payload::GlobalSection(section) => self.globals += u64::from(section.count()),
            Payload::ElementSection(section) => {
                self.elements +=
                    section.clone().into_iter().map(|segment| elements(&segment.unwrap())).sum::<u64>();
            }
            Payload::ComponentCanonicalSection(section) => {
                self.canonical_functions += u64::from(section.count());
            }
            Payload::CustomSection(section) => self.custom_section_bytes += section.data().len() as u64,
            Payload::MemorySection(section) => {
                self.memories += u64::from(section.count());
                let initial = section.clone().into_iter().map(|memory| memory.unwrap().initial << 16);
                self.memory_bytes += initial.sum::<u64>();
            }
            Payload::TableSection(section) => {
                self.tables += u64::from(section.count());
                let initial = section.clone().into_iter().map(|table| table.unwrap().ty.initial);
                self.table_elements += initial.sum::<u64>();
            }
            Payload::CodeSectionEntry(body) => self.function(body),
            _ => {}
        }
    }

    fn function(&mut self, body: &wasmparser::FunctionBody<'_>) {
        self.functions += 1;
        let bytes = body.as_bytes().len() as u64;
        self.code_bytes += bytes;
        self.function_bytes = self.function_bytes.max(bytes);
        let locals = body.get_locals_reader().unwrap().into_iter().map(|local| u64::from(local.unwrap().0));
        self.function_locals = self.function_locals.max(locals.sum());
        let mut open: u64 = 0;
        for operator in body.get_operators_reader().unwrap() {
            match operator.unwrap() {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => open += 1,
                Operator::End => open = open.saturating_sub(1),
                Operator::BrTable { targets } => self.branch_targets += targets.targets().count() as u64 + 1,
                _ => {}
            }
            self.function_nesting = self.function_nesting.max(open);
        }
    }

    /// # Panics
    ///
    /// If a figure is above its limit.
    pub(crate) fn assert_within(&self, limits: &Limits) {
        let (gate, run) = (&limits.gate, &limits.run);
        for (name, figure, limit) in [
            ("component_bytes", self.bytes, gate.component_bytes),
            ("code_bytes", self.code_bytes, gate.code_bytes),
            ("functions", self.functions, gate.functions),
            ("function_bytes", self.function_bytes, gate.function_bytes),
            ("function_locals", self.function_locals, gate.function_locals),
            ("function_nesting", self.function_nesting, gate.function_nesting),
            ("branch_targets", self.branch_targets, gate.branch_targets),
            ("types", self.types, gate.types),
            ("component_nesting", self.component_nesting, gate.component_nesting),
            ("modules", self.modules, gate.modules),
            ("instances", self.instances, gate.instances),
            ("memories", self.memories, gate.memories),
            ("tables", self.tables, gate.tables),
            ("externs", self.externs, gate.externs),
            ("canonical_functions", self.canonical_functions, gate.canonical_functions),
            ("custom_section_bytes", self.custom_section_bytes, gate.custom_section_bytes),
            ("component_instances", self.component_instances, gate.component_instances),
            ("globals", self.globals, gate.globals),
            ("elements", self.elements, gate.elements),
            ("memory_bytes", self.memory_bytes, run.memory_bytes),
            ("table_elements", self.table_elements, run.table_elements),
        ] {
            assert!(figure <= limit, "admitted with {name} {figure} of {limit}");
        }
    }
}

/// The elements of a segment, and one for itself.
fn elements(segment: &wasmparser::Element<'_>) -> u64 {
    match &segment.items {
        ElementItems::Functions(items) => 1 + items.clone().into_iter().count() as u64,
        ElementItems::Expressions(_, items) => 1 + items.clone().into_iter().count() as u64,
    }
}
