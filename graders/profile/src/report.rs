//! Functions by what they and what they call used.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde::Serialize;
use tito_artifact::Functions;
use tito_sandbox::{FunctionId, Profile};

use crate::Kind;

/// What one function used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// Which function.
    #[serde(flatten)]
    pub id: FunctionId,
    /// What it is called, escaped; `function 17` where the component does not say.
    pub name: String,
    /// What it is there for.
    pub kind: Kind,
    /// The fuel of its own operators.
    pub own_fuel: u64,
    /// The same with all that it called, once where it called itself.
    pub total_fuel: u64,
}

/// What a profile says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// All fuel that was counted.
    pub fuel: u64,
    /// The fuel of each kind of function's own operators.
    pub kinds: BTreeMap<Kind, u64>,
    /// The functions that ran, those that used most themselves first.
    pub functions: Vec<Cost>,
}

impl Report {
    /// What a profile says of the component with these functions.
    pub fn new(profile: &Profile, functions: &Functions) -> Self {
        let mut costs: BTreeMap<FunctionId, [u64; 2]> = BTreeMap::new();
        for (stack, fuel) in &profile.stacks {
            if let Some(last) = stack.last() {
                costs.entry(*last).or_default()[0] += fuel;
            }
            for id in stack.iter().collect::<BTreeSet<_>>() {
                costs.entry(*id).or_default()[1] += fuel;
            }
        }
        let mut functions: Vec<_> = costs.into_iter().map(|(id, costs)| cost(id, costs, functions)).collect();
        functions.sort_by_key(|cost| (std::cmp::Reverse((cost.own_fuel, cost.total_fuel)), cost.id));
        let mut kinds: BTreeMap<_, _> = Kind::ALL.into_iter().map(|kind| (kind, 0)).collect();
        for Cost { kind, own_fuel, .. } in &functions {
            *kinds.entry(*kind).or_default() += own_fuel;
        }
        Self { fuel: profile.fuel(), kinds, functions }
    }

    /// Which share of all fuel that is, from 0 to 1.
    pub fn share(&self, fuel: u64) -> f64 {
        if self.fuel == 0 { 0.0 } else { fuel as f64 / self.fuel as f64 }
    }
}

fn cost(id: FunctionId, [own_fuel, total_fuel]: [u64; 2], functions: &Functions) -> Cost {
    let known = functions.name(id.module, id.function);
    Cost { id, name: name(id, functions), kind: Kind::of(known), own_fuel, total_fuel }
}

/// What a function is called, escaped.
pub(crate) fn name(id: FunctionId, functions: &Functions) -> String {
    match functions.name(id.module, id.function) {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ if id.module == 0 => format!("function {}", id.function),
        _ => format!("function {} of module {}", id.function, id.module),
    }
}

/// The stacks in the form that other tools draw: the functions, outermost first, between semicolons, and the fuel.
pub fn folded(profile: &Profile, functions: &Functions) -> String {
    let mut text = String::new();
    for (stack, fuel) in &profile.stacks {
        let names: Vec<_> = stack.iter().map(|id| name(*id, functions).replace(';', ",")).collect();
        writeln!(text, "{} {fuel}", names.join(";")).expect("a string takes all text");
    }
    text
}

#[cfg(test)]
mod tests {
    use tito_artifact::{Artifact, Gated, Limits};

    use super::*;

    pub(crate) fn functions() -> Functions {
        let text = r#"(component (core module
            (func $run (export "run")) (func $helper) (func $malloc) (func)))"#;
        match Artifact::gate(wat::parse_str(text).expect("it is text"), &Limits::default()) {
            Gated::Admitted(artifact) => Functions::of(&artifact),
            Gated::Refused(refusal) => panic!("{refusal}"),
        }
    }

    fn profile(stacks: &[(&[u32], u64)]) -> Profile {
        let id = |&function| FunctionId { module: 0, function };
        Profile {
            stacks: stacks.iter().map(|(stack, fuel)| (stack.iter().map(id).collect(), *fuel)).collect(),
        }
    }

    #[test]
    fn own_and_total_are_told_apart_and_recursion_counts_once() {
        let profile = profile(&[(&[0], 5), (&[0, 1], 7), (&[0, 1, 0], 11), (&[0, 1, 2], 2), (&[0, 3], 1)]);
        let report = Report::new(&profile, &functions());
        let rows: Vec<_> =
            report.functions.iter().map(|f| (f.name.as_str(), f.own_fuel, f.total_fuel)).collect();
        assert_eq!(rows, [("run", 16, 26), ("helper", 7, 20), ("malloc", 2, 2), ("function 3", 1, 1)]);
        assert_eq!(report.fuel, 26);
        assert_eq!(report.kinds[&Kind::Allocation], 2);
        assert_eq!(report.kinds[&Kind::Arithmetic], 24);
        assert_eq!(folded(&profile, &functions()).lines().nth(3), Some("run;helper;malloc 2"));
    }

    #[test]
    fn nothing_is_nothing() {
        let report = Report::new(&Profile::default(), &functions());
        assert!(report.functions.is_empty());
        assert_eq!(report.share(0).to_bits(), 0.0f64.to_bits());
    }
}
