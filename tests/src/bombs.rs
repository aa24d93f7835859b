//! Guests that are too large to write down, or that are damaged on purpose.

use std::fmt::Write as _;

use crate::wat_guest;

/// A guest that is generated.
pub(crate) struct Bomb {
    pub(crate) name: &'static str,
    /// Its `expect:` lines.
    pub(crate) header: &'static str,
    pub(crate) make: fn() -> Vec<u8>,
}

/// What SANDBOX.md §4 knows to stall or fill a compiler, each beyond what the gate lets through, and what a broken
/// disk or a curious student makes of a good file. The last one is as large as the gate allows.
pub(crate) const BOMBS: &[Bomb] = &[
    Bomb {
        name: "evil_many_functions",
        header: "expect: refused functions",
        make: || module(&"(func)".repeat(20_001)),
    },
    Bomb {
        name: "evil_many_locals",
        header: "expect: refused function-locals",
        make: || module(&function(49_000, "")),
    },
    Bomb {
        name: "evil_deep_blocks",
        header: "expect: refused function-nesting",
        make: || module(&function(0, &nested(5_000))),
    },
    Bomb {
        name: "evil_locals_times_loops",
        header: "expect: refused function-complexity",
        make: || module(&function(1_000, &"(loop)".repeat(5_000))),
    },
    Bomb {
        name: "evil_long_function",
        header: "expect: refused function-bytes",
        make: || module(&function(0, &"(drop (i32.const 1))".repeat(100_000))),
    },
    Bomb {
        name: "evil_branch_table",
        header: "expect: refused branch-targets",
        make: || module(&branch_table(70_000)),
    },
    Bomb {
        name: "evil_many_memories",
        header: "expect: refused memories",
        make: || module(&"(memory 16384)".repeat(100)),
    },
    Bomb {
        name: "evil_many_modules",
        header: "expect: refused modules",
        make: || parsed(&"(core module)".repeat(400)),
    },
    Bomb {
        name: "evil_many_instances",
        header: "expect: refused instances",
        make: || parsed(&format!("(core module $m){}", "(core instance (instantiate $m))".repeat(1_000))),
    },
    Bomb {
        name: "evil_nested_components",
        header: "expect: refused component-nesting",
        make: || parsed(&format!("{}{}", "(component ".repeat(50), ")".repeat(50))),
    },
    Bomb {
        name: "evil_many_types",
        header: "expect: refused types",
        make: || module(&"(type (func))".repeat(20_001)),
    },
    Bomb {
        name: "evil_custom_section",
        header: "expect: refused custom-section-bytes",
        make: || with_custom_section(5 << 20),
    },
    Bomb {
        name: "evil_too_large",
        header: "expect: refused component-bytes",
        make: || with_custom_section(9 << 20),
    },
    Bomb { name: "evil_empty", header: "expect: refused not-a-component", make: Vec::new },
    Bomb { name: "evil_truncated", header: "expect: refused invalid", make: truncated },
    Bomb {
        name: "evil_trailing_bytes",
        header: "expect: refused invalid",
        make: || [wat_guest::component(&[]), vec![0xff; 64]].concat(),
    },
    Bomb { name: "evil_as_large_as_allowed", header: "expect: fails everything", make: as_large_as_allowed },
];

fn parsed(fields: &str) -> Vec<u8> {
    wat::parse_str(format!("(component {fields})")).unwrap_or_else(|error| panic!("{error}"))
}

fn module(fields: &str) -> Vec<u8> {
    parsed(&format!("(core module {fields})"))
}

fn function(locals: usize, body: &str) -> String {
    format!("(func (local{}) {body})", " i64".repeat(locals))
}

fn nested(depth: usize) -> String {
    format!("{}{}", "(block ".repeat(depth), ")".repeat(depth))
}

fn branch_table(targets: usize) -> String {
    function(0, &format!("(block (br_table{} (i32.const 0)))", " 0".repeat(targets)))
}

/// A good component with a custom section of so many bytes behind it.
fn with_custom_section(bytes: u32) -> Vec<u8> {
    let mut component = wat_guest::component(&[]);
    let length =
        [0x80 | bytes as u8, 0x80 | (bytes >> 7) as u8, 0x80 | (bytes >> 14) as u8, (bytes >> 21) as u8];
    component.push(0);
    component.extend(length);
    component.extend([4, b'b', b'o', b'm', b'b']);
    component.resize(component.len() + bytes as usize - 5, 0);
    component
}

fn truncated() -> Vec<u8> {
    let mut component = wat_guest::component(&[]);
    component.truncate(component.len() / 2);
    component
}

/// Ten functions of 500 locals in 999 loops, each within the one before, which is what the gate allows of the worst
/// that is known to a compiler; nothing is exported.
fn as_large_as_allowed() -> Vec<u8> {
    let mut body = String::new();
    for at in 0..999 {
        let (to, from) = (at % 500, (at * 7 + 3) % 500);
        write!(body, "(loop (local.set {to} (i64.add (local.get {from}) (local.get {to}))) (br_if 0 (i64.eqz (local.get {to})))")
            .expect("a string takes all text");
    }
    body.push_str(&")".repeat(999));
    module(&function(500, &body).repeat(10))
}
