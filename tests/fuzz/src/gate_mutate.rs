//! The gate on components that were valid before somebody changed them.

use crate::gate_bytes;

/// A component, mutated as bytes or through wasm-mutate on one of its core modules ([`mutated`]): everything in
/// [`gate_bytes::holds`] holds. The corpus is the prebuilt examples and guests, so this is the gate as students'
/// files meet it: long, real, and wrong in one place.
///
/// # Panics
///
/// If it does not.
pub fn holds(bytes: &[u8]) {
    gate_bytes::holds(bytes);
}

/// The component with one of its core modules changed by wasm-mutate and put back; nothing where it has none, or
/// none that wasm-mutate can change.
#[cfg(feature = "libfuzzer")]
pub fn mutated(component: &[u8], seed: u64, most: usize) -> Option<Vec<u8>> {
    let sections = core_modules(component);
    let section = sections.get(seed as usize % sections.len().max(1))?;
    let module = &component[section.module.clone()];
    // wasm-mutate panics on a module whose sections claim more than there is.
    wasmparser::validate(module).ok()?;
    let mut mutate = wasm_mutate::WasmMutate::default();
    mutate.seed(seed).fuel(300).preserve_semantics(seed & 1 == 0);
    let mutant = mutate.run(module).ok()?.next()?.ok()?;
    let mut whole = component[..section.length_at].to_vec();
    wasm_encoder::Encode::encode(&(mutant.len() as u32), &mut whole);
    whole.extend_from_slice(&mutant);
    whole.extend_from_slice(&component[section.module.end..]);
    (whole.len() <= most).then_some(whole)
}

/// Where a core module lies in its component, and where its length is written.
#[cfg(feature = "libfuzzer")]
struct CoreModule {
    length_at: usize,
    module: std::ops::Range<usize>,
}

/// The core modules of the outermost component, as far as it can be read. Each begins with the section's number
/// and its length in LEB128.
#[cfg(feature = "libfuzzer")]
fn core_modules(component: &[u8]) -> Vec<CoreModule> {
    let mut found = Vec::new();
    let (mut parser, mut at) = (wasmparser::Parser::new(0), 0);
    while let Ok(wasmparser::Chunk::Parsed { consumed, payload }) = parser.parse(&component[at..], true) {
        let start = at;
        at += consumed;
        match payload {
            wasmparser::Payload::End(_) => break,
            wasmparser::Payload::ModuleSection { unchecked_range: range, .. } => {
                at = range.end;
                if component.len() < at {
                    break;
                }
                found.push(CoreModule { length_at: start + 1, module: range.start..at });
            }
            wasmparser::Payload::ComponentSection { unchecked_range: range, .. } => {
                at = range.end;
                if component.len() < at {
                    break;
                }
            }
            _ => {}
        }
    }
    found
}
