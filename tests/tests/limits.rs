//! Every limit of a running component, obeyed and violated; every way in which an answer can lie; and that an
//! end is told as what it was and stays the end.

use tito_artifact::{Artifact, Gated, Limits, RunLimits};
use tito_sandbox::{
    Called, Guest, Layer, LimitKind, LocalGuest, Metering, Mode, Outcome, Sandbox, TrapKind, Watch,
};
use tito_tensor::Tensor;
use tito_tests::wat_guest;

fn launch(parts: &[(&str, &str)], metering: Metering, run: RunLimits) -> Called<LocalGuest> {
    let limits = Limits { run, ..Limits::default() };
    let artifact = match Artifact::gate(wat_guest::component(parts), &limits) {
        Gated::Admitted(artifact) => artifact,
        Gated::Refused(refusal) => panic!("{refusal}"),
    };
    let sandbox = Sandbox::new(metering, Watch::Inside, &limits.run)?;
    match sandbox.compile(&artifact)? {
        Outcome::Answer(compiled) => compiled.local(),
        other => panic!("{other}"),
    }
}

fn input() -> Tensor {
    Tensor::from_fn([2, 3], |i| i as f32)
}

/// Launches, builds one ReLU, runs it twice, asks for its parameters, drops it.
fn run(guest: Called<LocalGuest>) -> Outcome<Tensor> {
    let mut guest = match guest.expect("the host is well") {
        Outcome::Answer(guest) => guest,
        other => return other.map(|_| unreachable!()),
    };
    use_guest(&mut guest)
}

fn use_guest(guest: &mut LocalGuest) -> Outcome<Tensor> {
    let model = match guest.build(&[Layer::Relu], 1).expect("the host is well") {
        Outcome::Answer(model) => model,
        other => return other.map(|_| unreachable!()),
    };
    let _first = guest.forward(model, &input(), Mode::Inference).expect("the host is well");
    let second = guest.forward(model, &input(), Mode::Inference).expect("the host is well");
    let parameters = guest.parameters(model).expect("the host is well");
    let dropped = guest.drop_model(model).expect("the host is well");
    parameters.and_then(|_| dropped).and_then(|()| second)
}

#[track_caller]
fn obeys(parts: &[(&str, &str)], limits: RunLimits) {
    assert_eq!(run(launch(parts, Metering::Metered, limits)), Outcome::Answer(input()));
}

#[track_caller]
fn limited(parts: &[(&str, &str)], limits: RunLimits, kind: LimitKind) {
    match run(launch(parts, Metering::Metered, limits)) {
        Outcome::Limit(limit) => assert_eq!(limit.kind, kind),
        other => panic!("expected the limit {kind:?}, but {other}"),
    }
}

#[track_caller]
fn traps(parts: &[(&str, &str)], kind: TrapKind, words: &str) {
    match run(launch(parts, Metering::Metered, RunLimits::default())) {
        Outcome::Trap(trap) => {
            assert_eq!(trap.kind, kind, "{trap}");
            assert!(trap.to_string().contains(words), "{trap}");
        }
        other => panic!("expected the trap {kind:?}, but {other}"),
    }
}

const LOOP: &str = "(loop $again (br $again)) (unreachable)";

#[test]
fn the_skeleton_gives_its_input_back_on_both_engines() {
    obeys(&[], RunLimits::default());
    assert_eq!(run(launch(&[], Metering::Timed, RunLimits::default())), Outcome::Answer(input()));
}

#[test]
fn fuel_bounds_every_place_where_a_guest_can_loop() {
    let limits = RunLimits { fuel_per_call: 100_000, ..RunLimits::default() };
    obeys(&[], limits.clone());
    let start = ("items", "(func $start (loop $again (br $again))) (start $start)");
    let places = ["realloc", "build", "parameters", "forward", "dtor", "post-forward"];
    for part in places.map(|place| (place, LOOP)).into_iter().chain([start]) {
        limited(&[part], limits.clone(), LimitKind::Fuel);
    }
}

#[test]
fn the_deadline_stops_what_is_not_metered() {
    let limits = RunLimits { deadline_ms: 50, ..RunLimits::default() };
    match run(launch(&[("forward", LOOP)], Metering::Timed, limits)) {
        Outcome::Limit(limit) => assert_eq!((limit.kind, limit.allowed), (LimitKind::Deadline, 50)),
        other => panic!("{other}"),
    }
}

#[test]
fn memory_is_summed_and_a_denied_growth_is_the_limit() {
    let limits = RunLimits { memory_bytes: 3 * 65_536, ..RunLimits::default() };
    obeys(&[("pages", "3")], limits.clone());
    limited(&[("build", "(call $alloc (i32.const 262144))")], limits.clone(), LimitKind::Memory);
    let grow =
        "(if (i32.eq (i32.const -1) (memory.grow (i32.const 9999))) (then (unreachable))) (i32.const 0)";
    limited(&[("build", grow)], limits, LimitKind::Memory);
}

#[test]
fn memory_is_reported_from_the_ledger() {
    let grow = [(
        "forward",
        "(drop (memory.grow (i32.const 1)))
        (call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))",
    )];
    let Outcome::Answer(mut guest) = launch(&grow, Metering::Metered, RunLimits::default()).unwrap() else {
        panic!("it launches")
    };
    assert_eq!(guest.usage().memory_bytes, 2 * 65_536);
    use_guest(&mut guest);
    assert_eq!(guest.usage().peak_memory_bytes, 4 * 65_536, "two calls, a page each");
}

#[test]
fn tables_cannot_grow_past_their_limit() {
    let limits = RunLimits { table_elements: 11, ..RunLimits::default() };
    // One element more is the table of wit-component's own shim.
    let items = ("items", "(table $t 10 funcref)");
    obeys(&[items], limits.clone());
    let grow =
        "(if (i32.eq (i32.const -1) (table.grow $t (ref.null func) (i32.const 1))) (then (unreachable)))";
    limited(&[items, ("post-forward", grow)], limits, LimitKind::Tables);
}

#[test]
fn the_stack_is_bounded() {
    let dive = |depth: u32| {
        format!(
            "(func $dive (param i32) (if (local.get 0) (then (call $dive (i32.sub (local.get 0) (i32.const 1))))))
             (func $start (call $dive (i32.const {depth}))) (start $start)"
        )
    };
    obeys(&[("items", &dive(100))], RunLimits::default());
    limited(&[("items", &dive(100_000_000))], RunLimits::default(), LimitKind::Stack);
}

#[test]
fn instances_memories_and_tables_are_counted() {
    for limits in [
        RunLimits { instances: 0, ..RunLimits::default() },
        RunLimits { memories: 0, ..RunLimits::default() },
    ] {
        limited(&[], limits, LimitKind::Instances);
    }
    let two = ("items", "(table 1 funcref) (table 1 funcref)");
    obeys(&[two], RunLimits { tables: 3, ..RunLimits::default() });
    limited(&[two], RunLimits { tables: 1, ..RunLimits::default() }, LimitKind::Instances);
}

#[test]
fn what_is_handed_to_the_host_is_bounded_in_bytes_and_elements() {
    let big = "(memory.grow (i32.const 40)) (drop)
        (i32.store (i32.const 600) (i32.const 500000))
        (call $tensor (i32.const 600) (i32.const 1) (i32.const 65536) (i32.const 500000))";
    let same = |limits: RunLimits| run(launch(&[("forward", big)], Metering::Metered, limits));
    let fits = RunLimits { output_bytes: 2_000_100, output_elements: 500_000, ..RunLimits::default() };
    assert!(matches!(same(fits.clone()), Outcome::Answer(_)));
    limited(
        &[("forward", big)],
        RunLimits { output_bytes: 1_999_999, ..fits.clone() },
        LimitKind::OutputBytes,
    );
    limited(&[("forward", big)], RunLimits { output_elements: 499_999, ..fits }, LimitKind::OutputElements);
}

#[test]
fn handles_are_counted() {
    let hoard = |handles: u32| {
        format!(
            "(local $i i32)
             (loop $again
               (drop (call $new (i32.const 1)))
               (br_if $again
                 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {handles}))))
             (i32.store (i32.const 516) (call $new (i32.const 1))) (i32.const 512)"
        )
    };
    let limits = RunLimits { handles: 50, ..RunLimits::default() };
    obeys(&[("build", &hoard(48))], limits.clone());
    limited(&[("build", &hoard(51))], limits, LimitKind::Handles);
}

#[test]
fn the_log_is_capped_and_escaped() {
    let imports = r#"(import "tinytorch:framework/telemetry@0.1.0" "log" (func $log (param i32 i32)))"#;
    let items = r#"(data (i32.const 700) "\1b[2Jhello")"#;
    let build = "(call $log (i32.const 700) (i32.const 9)) (call $log (i32.const 700) (i32.const 9))
        (i32.store (i32.const 516) (call $new (i32.const 1))) (i32.const 512)";
    let parts = [("imports", imports), ("items", items), ("build", build)];
    let limits = RunLimits { log_lines: 1, ..RunLimits::default() };
    let Outcome::Answer(mut guest) = launch(&parts, Metering::Metered, limits).unwrap() else {
        panic!("it launches")
    };
    use_guest(&mut guest);
    assert_eq!(guest.log(), [r"\u{1b}[2Jhello"]);
}

#[test]
fn lies_are_answers_that_break_the_contract() {
    let answer = |shape: &str, rank: &str, data: &str, elements: &str| {
        format!("(call $tensor {shape} {rank} {data} {elements})")
    };
    let (given, zero) = ("(local.get $shape)", "(i32.const 0)");
    let rank = "(local.get $rank)";
    let forward = |body: &str, words: &str| traps(&[("forward", body)], TrapKind::InvalidAnswer, words);
    forward(&answer(given, rank, zero, "(i32.const -1)"), "out of bounds");
    forward(&answer(given, rank, "(i32.const -16)", "(i32.const 6)"), "out of bounds");
    forward(&answer(given, rank, "(i32.const 3)", "(i32.const 6)"), "aligned");
    forward(&answer(given, rank, zero, "(i32.const 5)"), "shape [2, 3] wants 6 elements, but there are 5");
    forward("(i32.const -4)", "out of bounds");
    forward("(i32.const 641)", "aligned");
    let fault = |text: &str| {
        format!(
            "(i32.store (i32.const 640) (i32.const 1)) (i32.store (i32.const 644) (i32.const {text}))
             (i32.store (i32.const 648) (i32.const 700)) (i32.store (i32.const 652) (i32.const 1)) (i32.const 640)"
        )
    };
    let items = ("items", r#"(data (i32.const 700) "\ff")"#);
    traps(&[items, ("forward", &fault("0"))], TrapKind::InvalidAnswer, "utf-8");
    traps(&[("forward", &fault("9"))], TrapKind::InvalidAnswer, "discriminant");
    let forged = "(i32.store (i32.const 516) (i32.const 77)) (i32.const 512)";
    traps(&[("build", forged)], TrapKind::InvalidAnswer, "handle");
}

#[test]
fn crashes_are_told_apart() {
    let forward = |body: &str, kind: TrapKind| traps(&[("forward", body)], kind, "");
    forward("(unreachable)", TrapKind::Unreachable);
    forward("(i32.load (i32.const -4))", TrapKind::MemoryOutOfBounds);
    forward(
        "(i32.div_u (i32.const 1) (local.get $mode)) (drop) (i32.div_u (i32.const 1) (i32.const 0))",
        TrapKind::Arithmetic,
    );
    traps(
        &[("items", "(table $t 1 funcref)"), ("forward", "(call_indirect $t (result i32) (i32.const 0))")],
        TrapKind::IndirectCall,
        "",
    );
    traps(&[("realloc", "(i32.const -8)")], TrapKind::InvalidAnswer, "realloc");
    traps(&[("realloc", "(i32.const 3)")], TrapKind::InvalidAnswer, "aligned");
}

#[test]
fn an_end_is_told_again_and_names_the_function() {
    let items = ("items", "(func $dense_forward (unreachable))");
    let parts = [items, ("forward", "(call $dense_forward) (i32.const 640)")];
    let Outcome::Answer(mut guest) = launch(&parts, Metering::Metered, RunLimits::default()).unwrap() else {
        panic!("it launches")
    };
    let Outcome::Answer(model) = guest.build(&[Layer::Relu], 1).unwrap() else { panic!("it builds") };
    let first = guest.forward(model, &input(), Mode::Inference).unwrap();
    let Outcome::Trap(trap) = &first else { panic!("{first}") };
    assert_eq!(trap.functions[0], "dense_forward");
    assert_eq!(guest.forward(model, &input(), Mode::Inference).unwrap(), first);
    assert_eq!(guest.parameters(model).unwrap(), Outcome::Trap(trap.clone()));
}

#[test]
fn fuel_is_the_same_on_every_run() {
    let fuel = || {
        let Outcome::Answer(mut guest) = launch(&[], Metering::Metered, RunLimits::default()).unwrap() else {
            panic!("it launches")
        };
        use_guest(&mut guest);
        guest.usage()
    };
    assert_eq!(fuel(), fuel());
    assert!(fuel().fuel > 0 && fuel().calls == 6, "{:?}", fuel());
}
