//! Guests that are as heavy as the gate allows, in each way that is known to stall or fill a compiler or a linker.

use std::fmt::Write as _;

use crate::{
    bombs::{Bomb, function, multiplying, names, with_names},
    sections::{with_module, with_nested},
    wat_guest::{self, parsed},
};

/// Siblings of those in `bombs.rs`, just within the gate's limits; each hides in a component that launches.
pub(crate) const HEAVY: &[Bomb] = &[
    Bomb {
        name: "evil_as_large_as_allowed",
        header: "corpus: 22, 23, 26, 27\nexpect: fails everything",
        make: || beside(&function(300, &loops(300, 400)).repeat(9)),
    },
    Bomb {
        name: "evil_ways_back_as_many_as_allowed",
        header: "corpus: 27\nexpect: fails everything",
        make: || beside(&function(100, &ways_back(100, 1_200)).repeat(5)),
    },
    Bomb {
        name: "evil_ifs_as_many_as_allowed",
        header: "corpus: 24\nexpect: fails everything",
        make: || beside(&function(1, &IF.repeat(2_400)).repeat(9)),
    },
    Bomb {
        name: "evil_locals_as_many_as_allowed",
        header: "corpus: 26\nexpect: fails everything",
        make: || beside(&function(4_000, &ways_back(4_000, 60))),
    },
    Bomb {
        name: "evil_code_as_large_as_allowed",
        header: "corpus: 20\nexpect: fails everything",
        make: || beside(&format!("(func (param v128) {})", SIMD.repeat(10_900)).repeat(16)),
    },
    Bomb {
        name: "evil_calls_in_the_largest_function",
        header: "corpus: 20\nexpect: fails everything",
        make: || beside(&format!("(func $f) {}", function(0, &"call $f ".repeat(65_000)))),
    },
    Bomb {
        name: "evil_indirect_calls_as_many_as_allowed",
        header: "expect: fails everything",
        make: || {
            beside(&format!(
                "(table 1 funcref) {}",
                function(0, &"(call_indirect (i32.const 0))".repeat(4_900))
            ))
        },
    },
    Bomb {
        name: "evil_functions_as_many_as_allowed",
        header: "corpus: 21\nexpect: fails everything",
        make: || beside(&"(func)".repeat(19_900)),
    },
    Bomb {
        name: "evil_branch_targets_as_many_as_allowed",
        header: "corpus: 25\nexpect: fails everything",
        make: || beside(&function(0, &table_of_blocks(990)).repeat(25)),
    },
    Bomb {
        name: "evil_elements_as_many_as_allowed",
        header: "expect: fails everything",
        make: || beside(&format!("(func) (elem func {})", "0 ".repeat(19_000))),
    },
    Bomb {
        name: "evil_exports_as_many_as_allowed",
        header: "expect: fails everything",
        make: || beside(&names(3_900, |name| format!("(func (export {name:?}))"))),
    },
    Bomb {
        name: "evil_instances_as_many_as_allowed",
        header: "corpus: 19\nexpect: fails everything",
        make: || nested(&format!("(core module $m){}", "(core instance (instantiate $m))".repeat(60))),
    },
    Bomb {
        name: "evil_instances_over_the_limit",
        header: "corpus: 19\nexpect: fails everything\nexpect: limit instances",
        make: || nested(&format!("(core module $m){}", "(core instance (instantiate $m))".repeat(100))),
    },
    Bomb {
        name: "evil_instances_multiplied_as_allowed",
        header: "corpus: 19\nexpect: fails everything\nexpect: limit instances",
        make: || nested(&multiplying(4, 3)),
    },
    Bomb {
        name: "evil_globals_in_every_instance",
        header: "expect: fails everything",
        make: || {
            let globals = "(global i64 (i64.const 0))".repeat(990);
            nested(&format!("(core module $m {globals}){}", "(core instance (instantiate $m))".repeat(60)))
        },
    },
    Bomb {
        name: "evil_large_record",
        header: "corpus: 28\nexpect: fails everything",
        make: || {
            nested(&format!("(type (record {}))", names(10_000, |name| format!("(field {name:?} string)"))))
        },
    },
    Bomb {
        name: "evil_large_variant",
        header: "corpus: 28\nexpect: fails everything",
        make: || {
            nested(&format!("(type (variant {}))", names(10_000, |name| format!("(case {name:?} string)"))))
        },
    },
    Bomb {
        name: "evil_names_as_many_as_allowed",
        header: "corpus: 59\nexpect: fails everything",
        make: || with_module(&wat_guest::component(&[]), &with_names(1_000_000)),
    },
    Bomb {
        name: "evil_recursion_in_large_frames",
        header: "corpus: 18\nexpect: fails everything\nexpect: limit stack",
        make: || {
            wat_guest::component(&[("items", &diving(3_900)), ("forward", "(call $dive) (unreachable)")])
        },
    },
];

const IF: &str =
    "(drop (if (result i32) (i32.wrap_i64 (local.get 0)) (then (i32.const 1)) (else (i32.const 2))))";
const SIMD: &str = "(local.set 0 (i64x2.mul (local.get 0) (local.get 0)))";

/// The skeleton, and a component with this in a module of its own, which is made an instance of.
fn beside(fields: &str) -> Vec<u8> {
    nested(&format!("(core module $m {fields}) (core instance (instantiate $m))"))
}

fn nested(fields: &str) -> Vec<u8> {
    with_nested(&wat_guest::component(&[]), &parsed(&format!("(component {fields})")))
}

/// So many loops, each within the one before, which mix so many locals.
fn loops(locals: usize, depth: usize) -> String {
    let mut body = String::new();
    for at in 0..depth {
        let (to, from) = (at % locals, (at * 7 + 3) % locals);
        write!(body, "(loop {} (br_if 0 (i64.eqz (local.get {to})))", mixed(to, from))
            .expect("a string takes all text");
    }
    body + &")".repeat(depth)
}

/// One loop with so many ways back to its start, which mixes so many locals.
fn ways_back(locals: usize, ways: usize) -> String {
    let mixes = (0..locals).map(|to| mixed(to, (to * 7 + 3) % locals));
    let ways = (0..ways).map(|at| {
        format!(
            "(local.set {0} (i64.add (local.get {0}) (i64.const 1))) (br_if 0 (i64.eqz (local.get {0})))",
            at % locals
        )
    });
    format!("(loop {})", mixes.chain(ways).collect::<String>())
}

fn mixed(to: usize, from: usize) -> String {
    format!("(local.set {to} (i64.add (local.get {from}) (local.get {to})))")
}

/// So many blocks, each within the one before, and a table of branches out of all of them.
fn table_of_blocks(depth: usize) -> String {
    let targets: String = (0..depth).map(|at| format!(" {at}")).collect();
    format!("{} (br_table{targets} (i32.const 0)) {}", "(block ".repeat(depth), ")".repeat(depth))
}

/// A function that keeps so many locals while it calls itself.
fn diving(locals: usize) -> String {
    let each = |form: &dyn Fn(usize) -> String| (0..locals).map(form).collect::<String>();
    let load = each(&|at| format!("(local.set {at} (i64.load (i32.const {})))", 8 * at));
    let store = each(&|at| format!("(i64.store (i32.const {}) (local.get {at}))", 8 * at));
    function(locals, &format!("{load} (call $dive) {store}")).replacen("(func", "(func $dive", 1)
}
