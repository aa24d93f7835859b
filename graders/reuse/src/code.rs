//! The functions of a component, which of them count, and what they used.

use std::collections::BTreeMap;

use tito_artifact::{Artifact, Functions};
use tito_sandbox::{FunctionId, Profile};
use tito_similarity::{Normal, functions};

use crate::{Library, library::is_library};

/// Functions of fewer operators are too alike to tell whose they are.
const LEAST_OPERATORS: usize = 24;

/// A function of a component's own.
#[derive(Clone, Debug)]
pub struct Function {
    /// Where it is.
    pub id: FunctionId,
    /// What it is called, escaped, where the component says so.
    pub name: Option<String>,
    /// What its operators do.
    pub normal: Normal,
    /// Whether it is the submission's own, and large enough.
    pub counts: bool,
}

/// All functions of a component, in order.
#[derive(Clone, Debug, Default)]
pub struct Code {
    pub(crate) functions: Vec<Function>,
    /// The component's digest, and those of its core modules.
    pub(crate) component: String,
    pub(crate) modules: Vec<String>,
}

impl Code {
    /// The functions of a component, of which the library's do not count.
    pub fn of(artifact: &Artifact, library: &Library) -> Self {
        let names = Functions::of(artifact);
        let mut code = Self { component: artifact.digest().to_string(), ..Self::default() };
        for (place, module) in names.modules().iter().enumerate() {
            let bytes = &artifact.bytes()[module.range.clone()];
            code.modules.push(tito_artifact::Digest::of(bytes).to_string());
            // What cannot be read did not pass the gate.
            let own = functions(bytes).unwrap_or_default();
            for (function, normal) in (module.imported..).zip(own) {
                let id = FunctionId { module: place as u32, function };
                let name = names.name(id.module, id.function).map(str::to_owned);
                let is_own = !name.as_deref().is_some_and(is_library) && !library.has(normal.digest());
                let counts = is_own && normal.operators() >= LEAST_OPERATORS;
                code.functions.push(Function { id, name, normal, counts });
            }
        }
        code
    }

    /// The functions.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The digest of the core module that has most operators: what is the same where a component was only wrapped anew.
    pub(crate) fn main_module(&self) -> Option<&str> {
        let mut operators = BTreeMap::new();
        for function in &self.functions {
            *operators.entry(function.id.module).or_insert(0) += function.normal.operators();
        }
        let (main, _) = operators.into_iter().max_by_key(|(_, operators)| *operators)?;
        self.modules.get(main as usize).map(String::as_str)
    }
}

/// What functions used by themselves; those that ran at all are there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Use {
    own: BTreeMap<FunctionId, u64>,
}

impl Use {
    /// What a profile says of each function.
    pub fn of(profile: &Profile) -> Self {
        let mut own = BTreeMap::new();
        for (stack, fuel) in &profile.stacks {
            if let Some(id) = stack.last() {
                let noted: &mut u64 = own.entry(*id).or_default();
                *noted = noted.saturating_add(*fuel);
            }
        }
        Self { own }
    }

    /// The fuel of a function's own operators; `None` where it did not run.
    pub fn fuel(&self, id: FunctionId) -> Option<u64> {
        self.own.get(&id).copied()
    }

    /// The fuel of all.
    pub fn sum(&self) -> u64 {
        self.own.values().fold(0, |sum, fuel| sum.saturating_add(*fuel))
    }

    /// This and another work's.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for (id, fuel) in &other.own {
            let noted = self.own.entry(*id).or_default();
            *noted = noted.saturating_add(*fuel);
        }
        self
    }
}
