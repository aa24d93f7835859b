//! What has been spent of the gate's limits so far.

use std::collections::HashMap;

use super::{Breach, Checked};
use crate::{Limits, Rule};

/// What has been spent of the gate's limits so far.
pub(super) struct Budget<'a> {
    limits: &'a Limits,
    spent: HashMap<Rule, u64>,
}

impl<'a> Budget<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self { limits, spent: HashMap::new() }
    }

    /// Adds to what the whole component has spent of `rule`.
    pub(super) fn add(&mut self, rule: Rule, amount: u64) -> Checked {
        let spent = self.spent.entry(rule).or_default();
        *spent = spent.saturating_add(amount);
        let spent = *spent;
        self.at_most(rule, spent, "the component has")
    }

    /// Holds one figure against `rule`; `subject` begins the sentence, for example `a function has`.
    pub(super) fn at_most(&self, rule: Rule, figure: u64, subject: &str) -> Checked {
        let (limit, unit) = limit(self.limits, rule);
        if figure <= limit {
            return Ok(());
        }
        let message = format!("{subject} {} {unit}, at most {} are allowed", grouped(figure), grouped(limit));
        Err(Breach { rule, message })
    }
}

/// The limit behind a rule, and what it counts.
fn limit(limits: &Limits, rule: Rule) -> (u64, &'static str) {
    let (gate, run) = (&limits.gate, &limits.run);
    match rule {
        Rule::NotAComponent | Rule::Invalid | Rule::Import => (0, "breaches"),
        Rule::ComponentBytes => (gate.component_bytes, "bytes"),
        Rule::CodeBytes => (gate.code_bytes, "bytes of code"),
        Rule::Functions => (gate.functions, "functions"),
        Rule::FunctionBytes => (gate.function_bytes, "bytes of code"),
        Rule::FunctionLocals => (gate.function_locals, "locals"),
        Rule::FunctionNesting => (gate.function_nesting, "deep"),
        Rule::FunctionComplexity => (gate.function_complexity, "locals times branches"),
        Rule::ComponentComplexity => (gate.component_complexity, "locals times branches over all functions"),
        Rule::BranchTargets => (gate.branch_targets, "targets of br_table"),
        Rule::Types => (gate.types, "types"),
        Rule::ComponentNesting => (gate.component_nesting, "deep"),
        Rule::Modules => (gate.modules, "modules"),
        Rule::Instances => (gate.instances, "instances"),
        Rule::ComponentInstances => (gate.component_instances, "instances of nested components"),
        Rule::Memories => (gate.memories, "memories"),
        Rule::Tables => (gate.tables, "tables"),
        Rule::Globals => (gate.globals, "globals"),
        Rule::Elements => (gate.elements, "elements of tables"),
        Rule::Externs => (gate.externs, "imports, exports and aliases"),
        Rule::CanonicalFunctions => (gate.canonical_functions, "canonical functions"),
        Rule::NestedLifts => (gate.nested_lifts, "functions lifted or lowered by nested components"),
        Rule::CustomSectionBytes => (gate.custom_section_bytes, "bytes of custom sections"),
        Rule::MemoryBytes => (run.memory_bytes, "bytes of initial memory"),
        Rule::TableElements => (run.table_elements, "initial table elements"),
    }
}

/// A number with its thousands apart, since these are read by people: `49,999`.
fn grouped(figure: u64) -> String {
    let digits = figure.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
