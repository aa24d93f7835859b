//! Guests that are too large to write down, or that are damaged on purpose, each beyond what the gate lets through.
//! Those that are just within it are in `heavy.rs`.

use std::fmt::Write as _;

use crate::{
    sections::{leb, with_custom_section, with_module},
    wat_guest::{self, parsed},
};

/// A guest that is generated.
pub(crate) struct Bomb {
    pub(crate) name: &'static str,
    /// Its header, without what makes it a comment.
    pub(crate) header: &'static str,
    pub(crate) make: fn() -> Vec<u8>,
}

/// What is known to stall or fill a compiler, and what a broken disk or a curious student makes of a good file.
pub(crate) const BOMBS: &[Bomb] = &[
    Bomb {
        name: "evil_many_functions",
        header: "corpus: 21\nexpect: refused functions",
        make: || module(&"(func)".repeat(20_001)),
    },
    Bomb {
        name: "evil_many_locals",
        header: "corpus: 18, 26\nexpect: refused function-locals",
        make: || module(&function(49_000, "")),
    },
    Bomb {
        name: "evil_deep_blocks",
        header: "corpus: 22\nexpect: refused function-nesting",
        make: || module(&function(0, &nested("(block ", 5_000))),
    },
    Bomb {
        name: "evil_deep_loops",
        header: "corpus: 23\nexpect: refused function-nesting",
        make: || module(&function(0, &nested("(loop ", 5_000))),
    },
    Bomb {
        name: "evil_locals_times_loops",
        header: "corpus: 27\nexpect: refused function-complexity",
        make: || module(&function(1_000, &"(loop)".repeat(5_000))),
    },
    Bomb {
        name: "evil_locals_times_ways_back",
        header: "corpus: 27\nexpect: refused function-complexity",
        make: || {
            module(&function(4_000, &format!("(loop {})", "(br_if 0 (i64.eqz (local.get 1)))".repeat(4_000))))
        },
    },
    Bomb {
        name: "evil_chain_of_ifs",
        header: "corpus: 24\nexpect: refused function-complexity",
        make: || module(&function(0, &"(if (i32.const 1) (then))".repeat(20_000))),
    },
    Bomb {
        name: "evil_functions_of_ifs",
        header: "corpus: 24\nexpect: refused component-complexity",
        make: || module(&function(0, &"(if (i32.const 1) (then))".repeat(1_000)).repeat(100)),
    },
    Bomb {
        name: "evil_reads_of_a_table",
        header: "expect: refused function-complexity",
        make: || {
            module(&format!(
                "(table 1 funcref) {}",
                function(0, &"(drop (table.get 0 (i32.const 0)))".repeat(20_000))
            ))
        },
    },
    Bomb {
        name: "evil_thousand_values_a_call",
        header: "expect: refused function-complexity",
        make: || {
            module(&format!(
                "(func $f (result{}) unreachable) (func {} return)",
                " i64".repeat(1_000),
                "call $f ".repeat(1_000)
            ))
        },
    },
    Bomb {
        name: "evil_long_function",
        header: "corpus: 20\nexpect: refused function-bytes",
        make: || module(&function(0, &"(drop (i32.const 1))".repeat(100_000))),
    },
    Bomb {
        name: "evil_much_code",
        header: "corpus: 20\nexpect: refused code-bytes",
        make: || module(&function(0, &"(drop (v128.const i64x2 1 2))".repeat(6_500)).repeat(18)),
    },
    Bomb {
        name: "evil_branch_table",
        header: "corpus: 25\nexpect: refused branch-targets",
        make: || module(&branch_table(70_000)),
    },
    Bomb {
        name: "evil_branch_tables",
        header: "corpus: 25\nexpect: refused component-complexity",
        make: || module(&branch_table(1_000).repeat(700)),
    },
    Bomb {
        name: "evil_many_memories",
        header: "corpus: 13\nexpect: refused memories",
        make: || parsed(&format!("(component {})", "(core module (memory 1))".repeat(5))),
    },
    Bomb {
        name: "evil_many_modules",
        header: "corpus: 19\nexpect: refused modules",
        make: || parsed(&format!("(component {})", "(core module)".repeat(1_000))),
    },
    Bomb {
        name: "evil_many_instances",
        header: "corpus: 19\nexpect: refused instances",
        make: || {
            parsed(&format!(
                "(component (core module $m){})",
                "(core instance (instantiate $m))".repeat(1_000)
            ))
        },
    },
    Bomb {
        name: "evil_multiplying_instances",
        header: "corpus: 19\nexpect: refused component-instances",
        make: || parsed(&format!("(component {})", multiplying(6, 16))),
    },
    Bomb {
        name: "evil_nested_components",
        header: "corpus: 28\nexpect: refused component-nesting",
        make: || parsed(&format!("{}{}", "(component ".repeat(50), ")".repeat(50))),
    },
    Bomb {
        name: "evil_many_types",
        header: "expect: refused types",
        make: || module(&"(type (func))".repeat(20_001)),
    },
    Bomb {
        name: "evil_deep_types",
        header: "corpus: 28\nexpect: refused invalid",
        make: || parsed(&types("(list u8)", 10_000, |below| format!("(list {below})"))),
    },
    Bomb {
        name: "evil_doubling_types",
        header: "corpus: 28\nexpect: refused invalid",
        make: || parsed(&types("(tuple u8 u8)", 40, |below| format!("(tuple {below} {below})"))),
    },
    Bomb {
        name: "evil_many_flags",
        header: "corpus: 28\nexpect: refused invalid",
        make: || parsed(&format!("(component (type (flags {})))", names(1_000, |name| format!("{name:?}")))),
    },
    Bomb {
        name: "evil_many_exports",
        header: "expect: refused externs",
        make: || module(&names(10_000, |name| format!("(func (export {name:?}))"))),
    },
    Bomb {
        name: "evil_many_globals",
        header: "expect: refused globals",
        make: || module(&"(global i64 (i64.const 0))".repeat(10_000)),
    },
    Bomb {
        name: "evil_many_elements",
        header: "expect: refused elements",
        make: || module(&format!("(func) (elem func {})", "0 ".repeat(100_000))),
    },
    Bomb {
        name: "evil_custom_section",
        header: "corpus: 59\nexpect: refused custom-section-bytes",
        make: || with_custom_section(&wat_guest::component(&[]), "bomb", &vec![0; 5 << 20]),
    },
    Bomb {
        name: "evil_many_names",
        header: "corpus: 59\nexpect: refused custom-section-bytes",
        make: || with_module(&wat_guest::component(&[]), &with_names(1_100_000)),
    },
    Bomb {
        name: "evil_too_large",
        header: "corpus: 59\nexpect: refused component-bytes",
        make: || with_custom_section(&wat_guest::component(&[]), "bomb", &vec![0; 9 << 20]),
    },
    Bomb { name: "evil_empty", header: "corpus: 28\nexpect: refused not-a-component", make: Vec::new },
    Bomb { name: "evil_truncated", header: "corpus: 28\nexpect: refused invalid", make: truncated },
    Bomb {
        name: "evil_trailing_bytes",
        header: "corpus: 28\nexpect: refused invalid",
        make: || [wat_guest::component(&[]), vec![0xff; 64]].concat(),
    },
];

pub(crate) fn module(fields: &str) -> Vec<u8> {
    parsed(&format!("(component (core module {fields}))"))
}

/// A function of so many locals.
pub(crate) fn function(locals: usize, body: &str) -> String {
    format!("(func (local{}) {body})", " i64".repeat(locals))
}

fn nested(open: &str, depth: usize) -> String {
    format!("{}{}", open.repeat(depth), ")".repeat(depth))
}

fn branch_table(targets: usize) -> String {
    function(0, &format!("(block (br_table{} (i32.const 0)))", " 0".repeat(targets)))
}

/// The fields of a component in whose innermost one there is a module, each making so many instances of the one
/// within it.
pub(crate) fn multiplying(depth: usize, instances: usize) -> String {
    (0..depth).fold("(core module $m) (core instance (instantiate $m))".to_owned(), |within, _| {
        format!("(component $c {within}) {}", "(instance (instantiate $c))".repeat(instances))
    })
}

/// A component of types, each made of the one before.
fn types(first: &str, depth: usize, next: fn(&str) -> String) -> String {
    let mut text = format!("(component (type $t0 {first})");
    for at in 1..depth {
        write!(text, "(type $t{at} {})", next(&format!("$t{}", at - 1))).expect("a string takes all text");
    }
    text + ")"
}

/// So many different names, each written in some form.
pub(crate) fn names(count: usize, form: fn(&str) -> String) -> String {
    (0..count).map(|at| form(&format!("n{at}")) + " ").collect()
}

/// A module without functions and with so many names for them.
pub(crate) fn with_names(count: usize) -> Vec<u8> {
    let named = (0..count).flat_map(|at| [leb(at), vec![0]].concat());
    let named: Vec<u8> = leb(count).into_iter().chain(named).collect();
    let functions = [vec![1], leb(named.len()), named].concat();
    with_custom_section(&parsed("(module)"), "name", &functions)
}

fn truncated() -> Vec<u8> {
    let mut component = wat_guest::component(&[]);
    component.truncate(component.len() / 2);
    component
}
