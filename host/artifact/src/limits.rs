//! What a submission may be and what it may use: one value, with units in the names of its fields.

use serde::{Deserialize, Serialize};

/// What a submission may be ([`GateLimits`], checked before compiling), and what compiling ([`CompileLimits`]) and
/// running it ([`RunLimits`]) may use.
///
/// The defaults are those of a component in Rust or C; a language whose components carry an interpreter needs a
/// profile of its own. Unknown keys are errors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Checked on the file, before anything is compiled.
    pub gate: GateLimits,
    /// Held while it is compiled.
    pub compile: CompileLimits,
    /// Held by the engine while the component runs.
    pub run: RunLimits,
}

/// What a component may look like. Compile time and memory grow with these figures, and a compiler that is slow
/// on a strange input is not a bug of wasmtime's, so the gate refuses what no honest build comes near: the
/// reference framework has functions of at most some ten thousand bytes and a hundred locals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GateLimits {
    /// The size of the file.
    pub component_bytes: u64,
    /// The bodies of all functions together.
    pub code_bytes: u64,
    /// All functions that are defined in the component's modules.
    pub functions: u64,
    /// The body of one function.
    pub function_bytes: u64,
    /// The locals of one function, its parameters among them.
    pub function_locals: u64,
    /// How deep blocks, loops and ifs of one function are nested.
    pub function_nesting: u64,
    /// Locals (and a hundred besides) times blocks and branches of one function, one that carries values counting for
    /// as many more: what register allocation and SSA construction grow with.
    pub function_complexity: u64,
    /// The same, summed over all functions.
    pub component_complexity: u64,
    /// All targets of all `br_table` instructions.
    pub branch_targets: u64,
    /// All types that modules and components declare.
    pub types: u64,
    /// How deep components are nested in each other.
    pub component_nesting: u64,
    /// Core modules in the component.
    pub modules: u64,
    /// Core and component instances that the component makes of its parts.
    pub instances: u64,
    /// Instances of nested components alone. They multiply: each may make as many of those that are nested before it.
    pub component_instances: u64,
    /// Linear memories, over all modules.
    pub memories: u64,
    /// Tables, over all modules.
    pub tables: u64,
    /// Globals, over all modules. Each instance has all of its module's, and no other limit counts their memory.
    pub globals: u64,
    /// Element segments and what is in them, over all modules. The engine generates code for each.
    pub elements: u64,
    /// Imports, exports and aliases of every module and component together.
    pub externs: u64,
    /// Canonical functions: lifts, lowers and resource operations. The engine compiles a trampoline for each.
    pub canonical_functions: u64,
    /// Lifts and lowers inside nested components, without which no component calls another and the engine generates
    /// no adapters, whose size grows with the types that they carry. `wit-component` makes none; composed components
    /// do.
    pub nested_lifts: u64,
    /// All custom sections together, where names and debug information are kept.
    pub custom_section_bytes: u64,
}

/// What compiling a component may take, in a process of its own. The worst that the default gate is known to let
/// through takes some 8 seconds or 420 MB, the reference framework a tenth of a second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CompileLimits {
    /// The compiler's processor time.
    pub deadline_ms: u64,
    /// The compiler's memory.
    pub memory_bytes: u64,
}

/// What a running component may use. Whatever is counted is counted over the whole component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RunLimits {
    /// Fuel for one call, about one unit an instruction; instantiation and dropping a resource are calls too. The
    /// default is eight times what the textbook framework's largest call of milestone 1 takes, and under a second.
    pub fuel_per_call: u64,
    /// All linear memories together.
    pub memory_bytes: u64,
    /// All tables together.
    pub table_elements: u64,
    /// Core instances.
    pub instances: u32,
    /// Linear memories.
    pub memories: u32,
    /// Tables.
    pub tables: u32,
    /// The WebAssembly stack of one call.
    pub stack_bytes: u32,
    /// The time of one call: processor time where a worker process runs it, so that waiting for a busy machine is
    /// not the submission's, else wall time.
    pub deadline_ms: u64,
    /// The processor time of all calls of a grade together, where worker processes run them; training a network on
    /// real data is not among them.
    pub total_ms: u64,
    /// Fuel for training a network on real data, in one call of `fit`, before it is asked to end. The default is what
    /// the reference framework takes for it, and a good half more.
    pub fuel_per_fit: u64,
    /// The time of the same, counted like `deadline_ms`.
    pub fit_ms: u64,
    /// What one call may hand to the host, lists and strings together.
    pub output_bytes: u32,
    /// The elements of all tensors in one answer together.
    pub output_elements: u64,
    /// Resource handles that live at the same time.
    pub handles: u32,
    /// The lines of the submission's log that are kept, each cut at 512 bytes.
    pub log_lines: u32,
}

const MIB: u64 = 1 << 20;

/// The stack that a call may have: wasmtime's own calls need the least, and its threads have no more than the most.
const STACK_BYTES: std::ops::RangeInclusive<u32> = 64 << 10..=2 << 20;

impl Limits {
    /// What no submission can be run under, if these limits hold such a thing: the field and what it must be.
    pub fn problem(&self) -> Option<String> {
        let run = &self.run;
        let (least, most) = (STACK_BYTES.start(), STACK_BYTES.end());
        if !STACK_BYTES.contains(&run.stack_bytes) {
            return Some(format!(
                "run.stack_bytes is {}; it must be from {least} to {most}",
                run.stack_bytes
            ));
        }
        let positive = [
            ("compile.deadline_ms", self.compile.deadline_ms),
            ("compile.memory_bytes", self.compile.memory_bytes),
            ("run.fuel_per_call", run.fuel_per_call),
            ("run.deadline_ms", run.deadline_ms),
            ("run.total_ms", run.total_ms),
            ("run.fuel_per_fit", run.fuel_per_fit),
            ("run.fit_ms", run.fit_ms),
        ];
        let zero = positive.into_iter().find(|(_, figure)| *figure == 0);
        zero.map(|(name, _)| format!("{name} is 0, under which nothing runs"))
    }
}

impl Default for GateLimits {
    fn default() -> Self {
        Self {
            component_bytes: 8 * MIB,
            code_bytes: 2 * MIB,
            functions: 20_000,
            function_bytes: MIB / 8,
            function_locals: 4_000,
            function_nesting: 1_000,
            function_complexity: 500_000,
            component_complexity: 5_000_000,
            branch_targets: 65_536,
            types: 20_000,
            component_nesting: 8,
            modules: 16,
            instances: 128,
            component_instances: 16,
            memories: 4,
            tables: 16,
            globals: 1_000,
            elements: 20_000,
            externs: 4_000,
            canonical_functions: 1_000,
            nested_lifts: 0,
            custom_section_bytes: 4 * MIB,
        }
    }
}

impl Default for CompileLimits {
    fn default() -> Self {
        Self { deadline_ms: 20_000, memory_bytes: 1024 * MIB }
    }
}

impl Default for RunLimits {
    fn default() -> Self {
        Self {
            fuel_per_call: 1_000_000_000,
            memory_bytes: 512 * MIB,
            table_elements: 100_000,
            instances: 64,
            memories: 4,
            tables: 16,
            stack_bytes: MIB as u32,
            deadline_ms: 20_000,
            total_ms: 120_000,
            fuel_per_fit: 1_600_000_000_000,
            fit_ms: 360_000,
            output_bytes: 64 * MIB as u32,
            output_elements: 16 * MIB,
            handles: 1_000,
            log_lines: 1_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(change: impl Fn(&mut RunLimits), problem: Option<&str>) {
        let mut limits = Limits::default();
        change(&mut limits.run);
        match (limits.problem(), problem) {
            (Some(found), Some(words)) => assert!(found.contains(words), "{found}"),
            (found, wanted) => assert_eq!(found.as_deref(), wanted),
        }
    }

    #[test]
    fn limits_under_which_nothing_runs_are_named() {
        check(|_| {}, None);
        check(|run| run.stack_bytes = 0, Some("stack_bytes is 0"));
        check(|run| run.stack_bytes = 64 << 20, Some("from 65536 to 2097152"));
        check(|run| run.fuel_per_call = 0, Some("fuel_per_call is 0"));
        check(|run| run.deadline_ms = 0, Some("deadline_ms is 0"));
    }
}
