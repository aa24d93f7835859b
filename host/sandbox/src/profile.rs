//! Where a guest's fuel went.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use wasmtime::WasmBacktrace;

/// The deepest that a stack is noted: what calls the rest is left out.
pub const MOST_FRAMES: usize = 128;

/// So many different stacks are told apart; of those that come after them it is noted which function ran, and no more.
pub const MOST_STACKS: usize = 20_000;

/// The most functions that a component can have, which the gate's own limit is far below: what stands for a function
/// alone is bounded by it.
pub const MOST_FUNCTIONS: usize = 100_000;

/// A function of a component: its core module's place in the file, and its index there, imports counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FunctionId {
    /// The place of the core module among all of the component's, nested ones where they stand.
    pub module: u32,
    /// The index in the module's index space.
    pub function: u32,
}

/// Where fuel went: stacks, and what their innermost functions used. Every run of the same calls gives the same.
///
/// What a function uses is noted whenever it has come to an interval, so that up to an interval's worth is missing for
/// each; but every function that ran at all is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The functions on the stack, outermost first, each stack once and in order, with the fuel that the innermost used.
    pub stacks: Vec<(Vec<FunctionId>, u64)>,
}

impl Profile {
    /// The fuel of all stacks together.
    pub fn fuel(&self) -> u64 {
        self.stacks.iter().fold(0, |sum, (_, fuel)| sum.saturating_add(*fuel))
    }

    /// This and another run's.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut tally = Tally::default();
        self.stacks.into_iter().chain(other.stacks).for_each(|(stack, fuel)| tally.add(stack, fuel));
        tally.profile()
    }
}

/// What is noted while a guest runs.
#[derive(Default)]
pub(crate) struct Tally {
    stacks: HashMap<Vec<FunctionId>, u64>,
    fuel: u64,
}

impl Tally {
    /// Notes what the innermost function of a submission's own used. Before it stands the one that told.
    pub(crate) fn note(&mut self, backtrace: &WasmBacktrace, fuel: u64) {
        let told = backtrace.frames().iter().skip(1).take(MOST_FRAMES);
        let mut stack: Vec<_> = told.filter_map(id).collect();
        stack.reverse();
        self.add(stack, fuel);
    }

    /// The fuel of all that was noted.
    pub(crate) fn fuel(&self) -> u64 {
        self.fuel
    }

    pub(crate) fn profile(&self) -> Profile {
        let mut stacks: Vec<_> = self.stacks.iter().map(|(stack, fuel)| (stack.clone(), *fuel)).collect();
        stacks.sort_unstable();
        Profile { stacks }
    }

    fn add(&mut self, mut stack: Vec<FunctionId>, fuel: u64) {
        self.fuel = self.fuel.saturating_add(fuel);
        if self.stacks.len() >= MOST_STACKS && !self.stacks.contains_key(&stack) {
            stack.drain(..stack.len().saturating_sub(1));
        }
        let noted = self.stacks.entry(stack).or_default();
        *noted = noted.saturating_add(fuel);
    }
}

fn id(frame: &wasmtime::FrameInfo) -> Option<FunctionId> {
    let module = frame.module().name()?.parse().ok()?;
    Some(FunctionId { module, function: frame.func_index() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(functions: &[u32]) -> Vec<FunctionId> {
        functions.iter().map(|&function| FunctionId { module: 0, function }).collect()
    }

    #[test]
    fn profiles_add_up_in_order() {
        let one = Profile { stacks: vec![(stack(&[2]), 5), (stack(&[2, 3]), 1)] };
        let other = Profile { stacks: vec![(stack(&[1]), 7), (stack(&[2]), 2)] };
        let sum = one.and(other);
        assert_eq!(sum.stacks, [(stack(&[1]), 7), (stack(&[2]), 7), (stack(&[2, 3]), 1)]);
        assert_eq!(sum.fuel(), 15);
    }

    #[test]
    fn of_too_many_stacks_the_function_is_noted() {
        let mut tally = Tally::default();
        for caller in 0..MOST_STACKS as u32 + 5 {
            tally.add(stack(&[caller + 1, 0]), 1);
        }
        let profile = tally.profile();
        assert_eq!(profile.stacks.len(), MOST_STACKS + 1);
        assert_eq!(profile.stacks[0], (stack(&[0]), 5));
    }
}
