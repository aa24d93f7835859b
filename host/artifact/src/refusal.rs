//! Why a file is not graded.

use std::fmt;

use serde::Serialize;

use crate::Digest;

/// Why a file is not graded: which rule, what it allows, what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The digest of the refused file.
    pub sha256: Digest,
    /// The size of the refused file.
    pub bytes: u64,
    /// Which rule refused it.
    pub rule: Rule,
    /// One or two sentences: the thing, the figure, the limit, the way out. Text from the file is escaped.
    pub message: String,
}

/// The rules of the gate. Those on figures carry the names of their fields in [`GateLimits`](crate::GateLimits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Not WebAssembly, or a core module.
    NotAComponent,
    /// Damaged, or valid only with features that are switched off.
    Invalid,
    /// Imports something outside the contract.
    Import,
    /// See the field of this name.
    ComponentBytes,
    /// See the field of this name.
    CodeBytes,
    /// See the field of this name.
    Functions,
    /// See the field of this name.
    FunctionBytes,
    /// See the field of this name.
    FunctionLocals,
    /// See the field of this name.
    FunctionNesting,
    /// See the field of this name.
    FunctionComplexity,
    /// See the field of this name.
    ComponentComplexity,
    /// See the field of this name.
    BranchTargets,
    /// See the field of this name.
    Types,
    /// See the field of this name.
    ComponentNesting,
    /// See the field of this name.
    Modules,
    /// See the field of this name.
    Instances,
    /// See the field of this name.
    ComponentInstances,
    /// See the field of this name.
    Memories,
    /// See the field of this name.
    Tables,
    /// See the field of this name.
    Globals,
    /// See the field of this name.
    Elements,
    /// See the field of this name.
    Externs,
    /// See the field of this name.
    CanonicalFunctions,
    /// See the field of this name.
    NestedLifts,
    /// See the field of this name.
    CustomSectionBytes,
    /// The memories start larger than [`RunLimits::memory_bytes`](crate::RunLimits::memory_bytes).
    MemoryBytes,
    /// The tables start larger than [`RunLimits::table_elements`](crate::RunLimits::table_elements).
    TableElements,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused ({}): {}", self.rule, self.message)
    }
}
