//! Damaged components: whatever a broken disk or a fuzzer makes of a good one is refused, or runs like any other.

use tito_artifact::{Artifact, Gated, Limits, RunLimits};
use tito_sandbox::{Launch as _, Layer, Metering, Mode, Outcome, Sandbox, Watch};
use tito_tensor::Tensor;
use tito_tests::wat_guest;

/// How far a component got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Got {
    Refused,
    Launched,
    Answered,
}

fn limits() -> Limits {
    let run = RunLimits { fuel_per_call: 1_000_000, memory_bytes: 16 << 20, ..RunLimits::default() };
    Limits { run, ..Limits::default() }
}

/// Asks a component for one ReLU, where the gate lets it through.
fn ask(sandbox: &Sandbox, bytes: Vec<u8>) -> Got {
    let Gated::Admitted(artifact) = Artifact::gate(bytes, &limits()) else { return Got::Refused };
    let launched = sandbox.compile(&artifact).expect("the host is well").launch().expect("the host is well");
    let Outcome::Answer(mut guest) = launched else { return Got::Launched };
    let Outcome::Answer(model) = guest.build(&[Layer::Relu], 1).expect("the host is well") else {
        return Got::Launched;
    };
    let answer = guest.forward(model, &Tensor::zeros([2, 3]), Mode::Inference).expect("the host is well");
    if matches!(answer, Outcome::Answer(_)) { Got::Answered } else { Got::Launched }
}

/// Puts every variant of the skeleton to the sandbox, and expects each of these ends at least once.
#[track_caller]
fn check(variants: impl Iterator<Item = Vec<u8>>, expected: &[Got]) {
    let sandbox = Sandbox::new(Metering::Metered, Watch::Inside, &limits().run).expect("the host is well");
    let found: Vec<Got> = variants.map(|bytes| ask(&sandbox, bytes)).collect();
    for got in expected {
        assert!(found.contains(got), "of {} variants none is {got:?}", found.len());
    }
}

#[test]
fn flipped_bits_are_survived() {
    let good = wat_guest::component(&[]);
    let flipped = |bit: usize| {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    };
    // A prime, so that every bit of a byte has its turn.
    check((0..8 * good.len()).step_by(61).map(flipped), &[Got::Refused, Got::Launched, Got::Answered]);
}

#[test]
fn truncations_are_survived() {
    let good = wat_guest::component(&[]);
    check(
        (0..=good.len()).map(|length| good[..length].to_vec()),
        &[Got::Refused, Got::Launched, Got::Answered],
    );
}
