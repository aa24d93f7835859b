//! The gate on any bytes.

use tito_artifact::{Artifact, Digest, Gated, Limits};

use crate::{count::Figures, memory};

/// The gate's memory: a multiple of the file, and what the validator begins with.
const BYTES_PER_BYTE: usize = 16;
const BYTES_ANYWAY: usize = 1 << 20;

/// What wasmparser reserves for the most types that a group may claim to have, before it reads the first one and, in
/// our case, refuses it: never touched, and gone with the error.
const BYTES_OF_A_GROUP: usize = 1_000_000 * size_of::<(usize, wasmparser::SubType)>();

/// Whatever the bytes, the gate
///
/// - neither panics nor holds more than a fixed multiple of the file in memory;
/// - says the same twice;
/// - admits only what another reading ([`Figures`]) finds within every limit that it was given, and what the
///   validator as a whole accepts;
/// - admits under wide limits what it admits under narrow ones.
///
/// # Panics
///
/// If it does not.
pub fn holds(bytes: &[u8]) {
    let wide = gated(bytes, &Limits::default());
    let narrow = gated(bytes, &narrow());
    if narrow.is_ok() {
        assert_eq!(wide, narrow, "narrower limits changed the answer");
    }
}

/// The exports of what is admitted, or the refusal's rule and message; with everything that one answer promises.
fn gated(bytes: &[u8], limits: &Limits) -> Result<Vec<String>, (tito_artifact::Rule, String)> {
    let owned = bytes.to_vec();
    let group = if claims_a_group(bytes) { BYTES_OF_A_GROUP } else { 0 };
    let most = bytes.len() * BYTES_PER_BYTE + BYTES_ANYWAY + group;
    match memory::at_most(most, || Artifact::gate(owned, limits)) {
        Gated::Admitted(artifact) => {
            assert_eq!((artifact.bytes(), artifact.digest()), (bytes, Digest::of(bytes)));
            Figures::of(bytes).assert_within(limits);
            Ok(artifact.exports().to_vec())
        }
        Gated::Refused(refusal) => {
            let Gated::Refused(again) = Artifact::gate(bytes.to_vec(), limits) else {
                panic!("refused ({refusal}), then admitted")
            };
            assert_eq!(refusal, again);
            assert!(
                !refusal.message.is_empty() && !refusal.message.contains(char::is_control),
                "not fit for a terminal: {:?}",
                refusal.message
            );
            Err((refusal.rule, refusal.message))
        }
    }
}

/// Whether a group of types may be somewhere in these bytes that claims more members than the file has bytes: its
/// opcode, then the number in LEB128 of three bytes or more.
fn claims_a_group(bytes: &[u8]) -> bool {
    bytes.windows(3).any(|three| three[0] == 0x4e && three[1] >= 0x80 && three[2] >= 0x80)
}

/// Limits that small inputs can meet, and still break each one of.
fn narrow() -> Limits {
    let mut limits = Limits::default();
    let gate = &mut limits.gate;
    (gate.component_bytes, gate.code_bytes, gate.custom_section_bytes) = (40_000, 2_000, 2_000);
    (gate.functions, gate.function_bytes, gate.function_locals) = (40, 300, 20);
    (gate.function_nesting, gate.function_complexity, gate.component_complexity) = (6, 60, 200);
    (gate.branch_targets, gate.types, gate.component_nesting) = (8, 30, 2);
    (gate.modules, gate.instances, gate.memories, gate.tables) = (2, 4, 1, 1);
    (gate.externs, gate.canonical_functions, gate.component_instances) = (30, 10, 1);
    (gate.globals, gate.elements) = (4, 8);
    (limits.run.memory_bytes, limits.run.table_elements) = (1 << 20, 10);
    limits
}
