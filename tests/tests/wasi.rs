//! WASI is there for runtimes that want it, and grants nothing: what a guest learns from it, and that it cannot wait.

use std::time::{Duration, Instant};

use tito_artifact::{Artifact, Gated, Limits};
use tito_sandbox::{Launch, Layer, Metering, Mode, Outcome, Sandbox, TrapKind, Watch};
use tito_tensor::Tensor;
use tito_tests::wat_guest;

/// What `forward` answers, given imports, and a body that leaves an i64 in `$seen` (read as two f32 by the host).
fn forward(imports: &str, body: &str) -> Outcome<Tensor> {
    let forward = format!(
        "(local $seen i64) {body}
         (i64.store (i32.const 704) (local.get $seen))
         (i32.store (i32.const 700) (i32.const 2))
         (call $tensor (i32.const 700) (i32.const 1) (i32.const 704) (i32.const 2))"
    );
    let bytes = wat_guest::component(&[("imports", imports), ("forward", &forward)]);
    let limits = Limits::default();
    let artifact = match Artifact::gate(bytes, &limits) {
        Gated::Admitted(artifact) => artifact,
        Gated::Refused(refusal) => panic!("{refusal}"),
    };
    let sandbox = Sandbox::new(Metering::Metered, Watch::Inside, &limits.run).unwrap();
    let compiled = sandbox.compile(&artifact).unwrap();
    let mut guest = compiled.launch().unwrap().answer().expect("it links and launches");
    let model = guest.build(&[Layer::Relu], 1).unwrap().answer().expect("it builds");
    guest.forward(model, &Tensor::zeros([1]), Mode::Inference).unwrap()
}

/// The i64 that the guest saw.
fn seen(imports: &str, body: &str) -> u64 {
    let answer = forward(imports, body).answer().expect("it answers");
    let [low, high] = answer.data() else { panic!("{answer:?}") };
    u64::from(low.to_bits()) | u64::from(high.to_bits()) << 32
}

#[test]
fn clocks_stand_still_but_for_a_step() {
    let now = r#"(import "wasi:clocks/monotonic-clock@0.2.6" "now" (func $now (result i64)))"#;
    assert_eq!(seen(now, "(local.set $seen (call $now))"), 1_000_000);
    let between = "(call $now) (local.set $seen) (local.set $seen (i64.sub (call $now) (local.get $seen)))";
    assert_eq!(seen(now, between), 1_000_000, "a step in nanoseconds, however long it took");
    let wall = r#"(import "wasi:clocks/wall-clock@0.2.6" "now" (func $now (param i32)))"#;
    let read = "(call $now (i32.const 720)) (local.set $seen (i64.load (i32.const 720)))";
    assert_eq!(seen(wall, read), 1_767_225_600);
}

#[test]
fn waiting_an_hour_takes_no_time() {
    let imports = r#"
        (import "wasi:clocks/monotonic-clock@0.2.6" "subscribe-duration" (func $wait (param i64) (result i32)))
        (import "wasi:io/poll@0.2.6" "[method]pollable.block" (func $block (param i32)))"#;
    let start = Instant::now();
    assert_eq!(seen(imports, "(call $block (call $wait (i64.const 3600000000000)))"), 0);
    assert!(start.elapsed() < Duration::from_secs(60), "an hour was asked for");
}

#[test]
fn random_numbers_are_the_same_for_everybody() {
    let imports = r#"(import "wasi:random/random@0.2.6" "get-random-u64" (func $random (result i64)))"#;
    let draw = || seen(imports, "(local.set $seen (call $random))");
    assert_eq!(draw(), draw());
    assert_ne!(draw(), seen(imports, "(drop (call $random)) (local.set $seen (call $random))"));
}

#[test]
fn there_are_no_files_and_no_environment() {
    let listed = |import: &str| {
        seen(import, "(call $list (i32.const 720)) (local.set $seen (i64.load32_u (i32.const 724)))")
    };
    for (interface, function) in
        [("cli/environment", "get-environment"), ("filesystem/preopens", "get-directories")]
    {
        let import = format!(r#"(import "wasi:{interface}@0.2.6" "{function}" (func $list (param i32)))"#);
        assert_eq!(listed(&import), 0, "{interface} lists something");
    }
}

#[test]
fn leaving_the_program_is_a_trap() {
    let imports = r#"(import "wasi:cli/exit@0.2.6" "exit" (func $exit (param i32)))"#;
    match forward(imports, "(call $exit (i32.const 0))") {
        Outcome::Trap(trap) => {
            assert_eq!(trap.kind, TrapKind::Exit);
            assert!(trap.to_string().contains("left the program with status 0"), "{trap}");
        }
        other => panic!("{other}"),
    }
}
