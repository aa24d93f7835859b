//! Every rule of the gate, obeyed at its figure and violated one below; every file that is no component; and
//! that no bytes make it panic.

use proptest::prelude::*;
use tito_artifact::{Artifact, Gated, Limits, Rule};

/// One component with a known figure for every rule; those in bytes were read off the encoder once.
const SAMPLE: &str = r#"
    (component
      (core module $m
        (type (func)) (type (func (param i32)))
        (memory 2)
        (table 7 funcref)
        (global i32 (i32.const 1)) (global i32 (i32.const 2))
        (elem func 0 0) (elem funcref (ref.null func))
        (func (type 0) (local i32 i64 f32) (block (loop (if (i32.const 1) (then)))) (block))
        (func (type 1) (block (block (br_table 0 1 0 (local.get 0)))))
        (export "f" (func 0)))
      (core instance $i (instantiate $m))
      (component (component
        (core module $n (func (export "h")))
        (core instance $j (instantiate $n))
        (func (canon lift (core func $j "h")))))
      (instance (instantiate 0))
      (func (canon lift (core func $i "f")))
      (core module (func (export "g"))))
"#;

fn binary(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the fixture is WebAssembly text")
}

fn rule_of(bytes: Vec<u8>, limits: &Limits) -> Option<(Rule, String)> {
    match Artifact::gate(bytes, limits) {
        Gated::Admitted(_) => None,
        Gated::Refused(refusal) => Some((refusal.rule, refusal.message)),
    }
}

#[track_caller]
fn check(rule: Rule, figure: u64, field: impl Fn(&mut Limits) -> &mut u64) {
    let mut limits = Limits::default();
    limits.gate.nested_lifts = 1;
    *field(&mut limits) = figure;
    assert_eq!(rule_of(binary(SAMPLE), &limits), None, "{rule} at its figure");
    *field(&mut limits) = figure - 1;
    let (broken, message) = rule_of(binary(SAMPLE), &limits).expect("one below the figure is refused");
    assert_eq!(broken, rule, "{message}");
    let plain = message.replace(',', "");
    assert!(plain.contains(&format!("at most {}", figure - 1)), "{message}");
}

#[test]
fn every_limit_is_obeyed_at_its_figure_and_violated_one_below() {
    check(Rule::ComponentBytes, binary(SAMPLE).len() as u64, |l| &mut l.gate.component_bytes);
    check(Rule::CodeBytes, 41, |l| &mut l.gate.code_bytes);
    check(Rule::Functions, 4, |l| &mut l.gate.functions);
    check(Rule::FunctionBytes, 22, |l| &mut l.gate.function_bytes);
    check(Rule::FunctionLocals, 3, |l| &mut l.gate.function_locals);
    check(Rule::FunctionNesting, 3, |l| &mut l.gate.function_nesting);
    check(Rule::FunctionComplexity, 505, |l| &mut l.gate.function_complexity);
    check(Rule::ComponentComplexity, 917, |l| &mut l.gate.component_complexity);
    check(Rule::BranchTargets, 3, |l| &mut l.gate.branch_targets);
    check(Rule::Types, 6, |l| &mut l.gate.types);
    check(Rule::ComponentNesting, 3, |l| &mut l.gate.component_nesting);
    check(Rule::Modules, 3, |l| &mut l.gate.modules);
    check(Rule::Instances, 3, |l| &mut l.gate.instances);
    check(Rule::ComponentInstances, 1, |l| &mut l.gate.component_instances);
    check(Rule::Memories, 1, |l| &mut l.gate.memories);
    check(Rule::Tables, 1, |l| &mut l.gate.tables);
    check(Rule::Globals, 2, |l| &mut l.gate.globals);
    check(Rule::Elements, 5, |l| &mut l.gate.elements);
    check(Rule::Externs, 5, |l| &mut l.gate.externs);
    check(Rule::CanonicalFunctions, 2, |l| &mut l.gate.canonical_functions);
    check(Rule::NestedLifts, 1, |l| &mut l.gate.nested_lifts);
    check(Rule::CustomSectionBytes, 40, |l| &mut l.gate.custom_section_bytes);
    check(Rule::MemoryBytes, 2 * 65_536, |l| &mut l.run.memory_bytes);
    check(Rule::TableElements, 7, |l| &mut l.run.table_elements);
}

/// Kilobytes that take Cranelift seconds or gigabytes each: a thousand parameters in 600 loops, loops that carry a
/// thousand values, many ways back to the start of one loop, ways out of a block that carry a thousand values, ways
/// out of a function that does, calls that leave a thousand values each, many `if`s without a single local,
/// branches out of many loops, and instructions that become branches.
#[test]
fn whatever_a_compiler_grows_with_is_counted() {
    let wide = "i32 ".repeat(1_000);
    let get = "local.get 0 ".repeat(1_000);
    let signature = format!("(type $wide (func (param {wide}) (result {wide})))");
    let params = format!("(param {wide}) {}", "(loop (local.set 0 (local.get 1)))".repeat(600));
    let carried = format!("(type $wide) {get} {} return", "(loop (type $wide))".repeat(300));
    let back = format!("(local {wide}) (loop {})", "(br_if 0 (local.get 7))".repeat(600));
    let out = format!("(type $wide) (block (type $wide) {get} {})", "(br_if 0 (i32.const 1))".repeat(600));
    let returned = format!("(type $wide) {get} {}", "(br_if 0 (i32.const 1)) return".repeat(6));
    let called = format!("(type $wide) {get} {} return", "call 0 ".repeat(6));
    let indirect =
        format!("(type $wide) {get} {} return", "(call_indirect (type $wide) (i32.const 0)) ".repeat(6));
    let ifs = "(if (i32.const 1) (then))".repeat(6_000);
    let table = format!("(loop (br_table {} (i32.const 0)))", "0 ".repeat(6_000));
    let targets: String = (0..150).map(|at| format!("{at} ")).collect();
    let loops = format!("{} (br_table {targets} (i32.const 0)) {}", "(loop ".repeat(150), ")".repeat(150));
    let got = "(drop (table.get 0 (i32.const 0)))".repeat(6_000);
    let copied = "(memory.copy (i32.const 0) (i32.const 0) (i32.const 0))".repeat(6_000);
    let reached = "(call_indirect (i32.const 0))".repeat(6_000);
    for body in
        [got, copied, reached, params, carried, back, out, returned, called, indirect, ifs, table, loops]
    {
        let module = format!("(module {signature} (memory 1) (table 1 funcref) (func {body}))");
        let component = format!("(component (core {}", &module[1..]);
        refused(binary(&format!("{component})")), Rule::FunctionComplexity, "locals times");
    }
}

/// An imported function comes before a module's own: what it gives is counted where it is called.
#[test]
fn calls_of_imports_are_counted_by_their_own_signature() {
    let wide = "i32 ".repeat(1_000);
    let calls = "call $imported ".repeat(6);
    let module = format!(
        "(import \"a\" \"b\" (func $imported (result {wide}))) (func (param i32)) (func {calls} return)"
    );
    refused(binary(&format!("(component (core module {module}))")), Rule::FunctionComplexity, "locals times");
    let narrow = module.replace(&wide, "i32 ");
    assert_eq!(rule_of(binary(&format!("(component (core module {narrow}))")), &Limits::default()), None);
}

/// Without both sides no component calls another, and the engine generates no adapter.
#[test]
fn nested_components_neither_lift_nor_lower() {
    let inner = "(core module $m (func (export \"f\"))) (core instance $i (instantiate $m))
        (func (canon lift (core func $i \"f\")))";
    let lowers = "(import \"f\" (func $f)) (core func (canon lower (func $f)))";
    for nested in [inner, lowers] {
        let text = format!("(component (component {nested}))");
        refused(binary(&text), Rule::NestedLifts, "lifted or lowered");
    }
    assert_eq!(rule_of(binary(&format!("(component {inner})")), &Limits::default()), None);
}

#[track_caller]
fn refused(bytes: Vec<u8>, rule: Rule, words: &str) {
    let (broken, message) = rule_of(bytes, &Limits::default()).expect("it is refused");
    assert_eq!(broken, rule, "{message}");
    assert!(message.contains(words), "{message}");
}

#[test]
fn what_is_no_component_is_told_its_way_out() {
    refused(vec![], Rule::NotAComponent, "empty");
    refused(b"(component)".to_vec(), Rule::NotAComponent, "text");
    refused(b"#!/bin/sh".to_vec(), Rule::NotAComponent, "tito build");
    refused(binary("(module)"), Rule::NotAComponent, "core WebAssembly module");
    refused(binary("(component)")[..7].to_vec(), Rule::NotAComponent, "not WebAssembly");
    let good = binary("(component (core module (func)))");
    refused(good[..good.len() - 9].to_vec(), Rule::Invalid, "unexpected end");
    // A module of 94 bytes that ends behind its header, where the file does.
    refused(b"\0asm\x0d\0\x01\0\x01\x5e\0asm\x01\0\0\0".to_vec(), Rule::Invalid, "ends at byte 0x68");
}

#[test]
fn only_the_contract_is_imported_and_names_are_escaped() {
    let import = |name: &str| binary(&format!("(component (import \"{name}\" (instance)))"));
    assert_eq!(rule_of(import("tinytorch:framework/telemetry@0.1.0"), &Limits::default()), None);
    assert_eq!(rule_of(import("wasi:clocks/wall-clock@0.2.6"), &Limits::default()), None);
    refused(import("wasi:sockets/tcp@0.2.6"), Rule::Import, "wasm32-unknown-unknown");
    refused(import("wasi:clocks/wall-clock@0.3.0"), Rule::Import, "wall-clock@0.3.0");
    refused(import("wasi:clocks/wall-clock@0.2.x"), Rule::Import, "wall-clock@0.2.x");
    refused(import("tinytorch:framework/grades@0.1.0"), Rule::Import, "'tinytorch:framework/grades@0.1.0'");
    refused(binary("(component (import \"f\" (func)))"), Rule::Import, "'f'");
    refused(
        binary("(component (import \"tinytorch:framework/telemetry@0.1.0\" (func)))"),
        Rule::Import,
        "telemetry",
    );
}

#[test]
fn features_that_the_engines_lack_are_invalid() {
    for (module, words) in [
        ("(memory i64 1)", "memory64"),
        ("(memory 1 2 shared)", "threads"),
        ("(memory 1) (memory 1)", "memories"),
        ("(func (drop (f32x4.relaxed_min (v128.const i64x2 0 0) (v128.const i64x2 0 0))))", "relaxed SIMD"),
        ("(func $f (return_call $f))", "tail call"),
        ("(tag)", "exceptions"),
        ("(type (struct))", "gc"),
    ] {
        refused(binary(&format!("(component (core module {module}))")), Rule::Invalid, words);
    }
}

#[test]
fn exports_are_listed() {
    let text = r#"(component (instance $i) (export "tinytorch:framework/models@0.1.0" (instance $i)))"#;
    let Gated::Admitted(artifact) = Artifact::gate(binary(text), &Limits::default()) else {
        panic!("refused")
    };
    assert_eq!(artifact.exports(), [tito_artifact::MODELS]);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Artifact::gate(bytes.clone(), &Limits::default());
        let with_header = [b"\0asm\x0d\0\x01\0".as_slice(), &bytes].concat();
        let _ = Artifact::gate(with_header, &Limits::default());
    }

    #[test]
    fn no_mutation_makes_it_panic(place in any::<prop::sample::Index>(), value in any::<u8>()) {
        let mut bytes = binary(SAMPLE);
        let place = place.index(bytes.len());
        bytes[place] = value;
        let _ = Artifact::gate(bytes, &Limits::default());
    }
}
