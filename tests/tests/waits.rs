//! What a guest waits for memory, by the model of caches: the same in every run, none where memory is walked along, all where
//! every number comes from another page.

use tito_artifact::{Artifact, Gated, Limits, RunLimits};
use tito_sandbox::{Guest, Layer, LimitKind, Metering, Mode, Outcome, Sandbox, Watch};
use tito_tensor::Tensor;
use tito_tests::wat_guest;

/// How a `forward` ends that has a result.
const ANSWER: &str =
    "(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))";

const MIB: u32 = 1 << 20;

/// Loads of 16 MiB that begin at its tenth page: so many at such a distance, again and again, each an operator of another
/// kind.
fn loads(count: u32, distance: u32, times: u32) -> String {
    let load = [
        "(drop (i32.load (local.get $at)))",
        "(drop (f64.load offset=8 (local.get $at)))",
        "(drop (i64.load16_s offset=2 (local.get $at)))",
        "(f32.store offset=4 (local.get $at) (f32.const 1))",
        "(v128.store offset=16 (local.get $at) (v128.const i64x2 1 2))",
        "(drop (v128.load32_lane 1 (local.get $at) (v128.const i64x2 1 2)))",
        "(i64.store8 (local.get $at) (i64.const 1))",
    ]
    .join("\n");
    format!(
        "(local $at i32) (local $time i32)
        (loop $again
            (local.set $at (i32.const 655360))
            (loop $walk
                {load}
                (local.set $at (i32.add (local.get $at) (i32.const {distance})))
                (br_if $walk (i32.lt_u (local.get $at) (i32.const {}))))
            (local.set $time (i32.add (local.get $time) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $time) (i32.const {times}))))
        {ANSWER}",
        655_360 + count * distance
    )
}

/// How a `forward` ends, and what is counted of its second call.
fn called(forward: &str, metering: Metering, limits: &RunLimits) -> (Outcome<Tensor>, u64) {
    let bytes = wat_guest::component(&[("pages", "300"), ("forward", forward)]);
    let limits = Limits { run: limits.clone(), ..Limits::default() };
    let Gated::Admitted(artifact) = Artifact::gate(bytes, &limits) else { panic!("it is admitted") };
    let sandbox = Sandbox::new(metering, Watch::Inside, &limits.run).expect("the host is well");
    let compiled = sandbox.compile(&artifact).expect("the host is well").answer().expect("it compiles");
    let mut guest = compiled.local().expect("the host is well").answer().expect("it launches");
    let model = guest.build(&[Layer::Relu], 1).expect("the host is well").answer().expect("it builds");
    let mut call = || guest.forward(model, &Tensor::zeros([2]), Mode::Inference).expect("the host is well");
    call();
    let outcome = call();
    (outcome, guest.usage().last_fuel)
}

/// The waits for each place that is looked at.
#[track_caller]
fn check(count: u32, distance: u32, times: u32, expected: f64) {
    let forward = loads(count, distance, times);
    let of = |metering| called(&forward, metering, &RunLimits::default());
    let (answer, waits) = of(Metering::Traced);
    assert_eq!((answer.answer(), waits), (Some(Tensor::zeros([2])), of(Metering::Traced).1));
    let found = waits as f64 / f64::from(count * times);
    assert!((found - expected).abs() < 0.05 * expected + 0.02, "{found}, not {expected}");
}

#[test]
fn waits_are_those_of_two_caches() {
    // 16 KiB are all there from the second time on.
    check(256, 64, 100, 0.0);
    // A MiB is walked along: of every line of 64 bytes one waits, for what was fetched ahead.
    check(MIB / 32, 32, 4, 1.0);
    // Pages compete for one set of the first level, and 64 of them for a quarter of the second, which has room.
    check(64, 4096, 100, 8.0);
    // 2,048 of them for all that there is.
    check(2_048, 4096, 4, 30.0);
    // Two lines apart nothing is fetched ahead: a MiB and a half is too much for the second level.
    check(12_288, 128, 4, 30.0);
    check(4_096, 128, 40, 8.0);
}

/// Waits are no fuel: a loop that waits for nothing is ended by what the engine itself counts, and one that waits by its waits.
#[test]
fn what_is_traced_ends_too() {
    let check = |forward: &str, limits: RunLimits, kind| match called(forward, Metering::Traced, &limits).0 {
        Outcome::Limit(limit) => assert_eq!(limit.kind, kind),
        other => panic!("{other}"),
    };
    let little = RunLimits { fuel_per_call: 100_000, ..RunLimits::default() };
    check("(loop $again (br $again)) (unreachable)", little.clone(), LimitKind::Fuel);
    check(&loads(2_048, 4096, 100_000), little, LimitKind::Fuel);
    let short = RunLimits { fuel_per_call: u64::MAX / 256, deadline_ms: 300, ..RunLimits::default() };
    check("(loop $again (br $again)) (unreachable)", short, LimitKind::Deadline);
}

/// An address that is none traps where it did, and not in the model.
#[test]
fn traps_stay_traps() {
    let forward = format!("(drop (i32.load (i32.const -4))) {ANSWER}");
    let ended = |metering| called(&forward, metering, &RunLimits::default()).0;
    let (Outcome::Trap(metered), Outcome::Trap(traced)) = (ended(Metering::Metered), ended(Metering::Traced))
    else {
        panic!("there is nothing at that address")
    };
    assert_eq!(metered, traced);
}
