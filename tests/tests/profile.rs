//! Profiles: the same in every run, as much fuel as is charged where it is metered, and every function that ran.

use std::collections::BTreeMap;

use tito_artifact::{Artifact, Gated, Limits, RunLimits};
use tito_sandbox::{
    Conv2dSpec, DenseSpec, FunctionId, Guest, Layer, LimitKind, LocalGuest, Metering, Mode, Outcome, Profile,
    Sandbox, Watch,
};
use tito_tensor::Tensor;
use tito_tests::wat_guest;

const REFERENCE: &[u8] = include_bytes!("../../examples/prebuilt/reference.wasm");
const TEXTBOOK: &[u8] = include_bytes!("../../examples/prebuilt/textbook.wasm");

fn launch(bytes: &[u8], metering: Metering, run: &RunLimits) -> LocalGuest {
    let artifact = match Artifact::gate(bytes.to_vec(), &Limits { run: run.clone(), ..Limits::default() }) {
        Gated::Admitted(artifact) => artifact,
        Gated::Refused(refusal) => panic!("{refusal}"),
    };
    let sandbox = Sandbox::new(metering, Watch::Inside, run).expect("the host is well");
    let compiled = sandbox.compile(&artifact).expect("the host is well").answer().expect("it compiles");
    compiled.local().expect("the host is well").answer().expect("it launches")
}

fn answered<T>(called: tito_sandbox::Called<T>) -> T {
    match called.expect("the host is well") {
        Outcome::Answer(answer) => answer,
        other => panic!("{other}"),
    }
}

/// A convolution and a dense layer, run and differentiated on a few images.
fn work(guest: &mut LocalGuest) -> Tensor {
    let conv = Conv2dSpec {
        in_channels: 3,
        out_channels: 8,
        kernel: (3, 3),
        stride: (1, 1),
        padding: (1, 1),
        bias: true,
    };
    let dense = DenseSpec { inputs: 8 * 12 * 12, outputs: 10, bias: true };
    let layers = [Layer::Conv2d(conv), Layer::Relu, Layer::Flatten, Layer::Dense(dense)];
    let model = answered(guest.build(&layers, 3));
    let images = Tensor::from_fn([4, 3, 12, 12], |i| (i % 17) as f32 / 17.0);
    let output = answered(guest.forward(model, &images, Mode::Training));
    answered(guest.backward(model, &output))
}

fn profiled(bytes: &[u8]) -> (Profile, u64, Tensor) {
    let mut guest = launch(bytes, Metering::Profiled, &RunLimits::default());
    let answer = work(&mut guest);
    let profile = answered(guest.profile());
    assert_eq!(profile.fuel(), guest.usage().fuel);
    (profile, guest.usage().fuel, answer)
}

/// Counted and charged fuel differ by what no function has told yet.
#[track_caller]
fn check(bytes: &[u8]) {
    let (profile, counted, answer) = profiled(bytes);
    let mut metered = launch(bytes, Metering::Metered, &RunLimits::default());
    assert_eq!(work(&mut metered), answer, "counting changes no answer");
    let charged = metered.usage().fuel;
    assert!(counted <= charged, "{counted} of {charged}");
    assert!(counted as f64 > 0.99 * charged as f64, "{counted} of {charged}");
    assert!(profile.stacks.len() > 20, "{}", profile.stacks.len());
    assert_eq!(profiled(bytes).0, profile, "the same in every run");
    println!("counted {counted} of {charged} in {} stacks", profile.stacks.len());
}

#[test]
fn as_much_is_counted_as_is_charged() {
    check(REFERENCE);
    check(TEXTBOOK);
}

/// The skeleton's own `forward`.
const FORWARD: &str =
    "(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))";

/// What each function of a skeleton used by itself, where `forward` is this.
fn own(forward: &str) -> BTreeMap<FunctionId, u64> {
    let bytes = wat_guest::component(&[("forward", forward)]);
    let mut guest = launch(&bytes, Metering::Profiled, &RunLimits::default());
    let model = answered(guest.build(&[Layer::Relu], 1));
    let _any = guest.forward(model, &Tensor::zeros([2]), Mode::Inference).expect("the host is well");
    let mut own = BTreeMap::new();
    for (stack, fuel) in answered(guest.profile()).stacks {
        *own.entry(*stack.last().expect("some function ran")).or_default() += fuel;
    }
    own
}

#[test]
fn a_loop_costs_its_function_what_it_costs() {
    const COUNT: &str = "(local $i i32)
        (loop $again
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const 1000000))))";
    let with = own(&format!("{COUNT} {FORWARD}"));
    let most = *with.values().max().expect("some function ran");
    assert!((8_000_000 - 8_000..8_001_000).contains(&most), "{most}");
}

#[test]
fn a_loop_without_end_is_ended_where_it_is_profiled() {
    let bytes = wat_guest::component(&[("forward", "(loop $again (br $again)) (unreachable)")]);
    let check = |limits: RunLimits, kind: LimitKind| {
        let mut guest = launch(&bytes, Metering::Profiled, &limits);
        let model = answered(guest.build(&[Layer::Relu], 1));
        match guest.forward(model, &Tensor::zeros([2]), Mode::Inference).expect("the host is well") {
            Outcome::Limit(limit) => assert_eq!(limit.kind, kind),
            other => panic!("{other}"),
        }
        assert!(guest.profile().expect("the host is well").answer().is_none());
    };
    check(RunLimits { fuel_per_call: 1_000_000, ..RunLimits::default() }, LimitKind::Fuel);
    check(
        RunLimits { fuel_per_call: u64::MAX / 8, deadline_ms: 300, ..RunLimits::default() },
        LimitKind::Deadline,
    );
}

#[test]
fn a_guest_cannot_tell_what_it_did_not_use() {
    // A growth by as many pages as a message of 100,000 has. It is charged, as where it is metered, and no more.
    let pages = (1 << 16) + 1 + 100_000;
    let total: u64 = own(&format!("(drop (memory.grow (i32.const {pages}))) {FORWARD}")).values().sum();
    assert!((255 * pages..255 * pages + 10_000).contains(&total), "{total}");
}

#[test]
fn other_engines_have_no_profile() {
    let mut guest = launch(REFERENCE, Metering::Metered, &RunLimits::default());
    assert!(matches!(guest.profile().expect("the host is well"), Outcome::Fault(_)));
}
