//! The gate on any bytes.

use tito_artifact::{Artifact, Digest, Gated, Limits};

use crate::{count::Figures, memory};

/// The gate's memory: a multiple of the file, and what the validator begins with.
const BYTES_PER_BYTE: usize = 16;
const BYTES_ANYWAY: usize = 1 << 20;

/// What wasmparser reserves for each type that a group claims to have, before it reads the first one and, in our case,
/// refuses it: never touched, and gone with the error. It refuses to reserve for more than a million.
const BYTES_OF_A_MEMBER: usize = size_of::<(usize, wasmparser::SubType)>();
const MEMBERS: usize = 1_000_000;

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
    let most = bytes.len() * BYTES_PER_BYTE + BYTES_ANYWAY + members_claimed(bytes) * BYTES_OF_A_MEMBER;
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

/// The most members that a group of types may claim to have, wherever in these bytes its opcode may be.
fn members_claimed(bytes: &[u8]) -> usize {
    const GROUP: u8 = 0x4e;
    let opcodes = bytes.iter().enumerate().filter(|&(_, &byte)| byte == GROUP);
    let claims = opcodes.filter_map(|(at, _)| {
        wasmparser::BinaryReader::new(&bytes[at + 1..], 0).read_var_u32().ok().map(|claim| claim as usize)
    });
    claims.filter(|&claim| claim <= MEMBERS).max().unwrap_or(0)
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
