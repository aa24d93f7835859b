//! The gate on components that wasm-smith invents.

use arbitrary::{Arbitrary, Result, Unstructured};
use wasm_encoder::{Component, ComponentSectionId, InstanceSection, ModuleArg, RawSection};

use crate::gate_bytes;

/// A valid component of wasm-smith's, or a valid core module of its own in a component that makes an instance of
/// it: everything in [`gate_bytes::holds`] holds. What wasm-smith invents is valid, with features beyond ours, so
/// this comes to the counting of sections and functions, where raw bytes seldom come.
///
/// # Panics
///
/// If it does not.
pub fn holds(bytes: &[u8]) {
    if let Ok(component) = component(&mut Unstructured::new(bytes)) {
        gate_bytes::holds(&component);
    }
}

fn component(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    if input.ratio(1, 3)? {
        let config = wasm_smith::Config::arbitrary(input)?;
        return Ok(wasm_smith::Component::new(config, input)?.to_bytes());
    }
    let is_ours = input.ratio(3, 4)?;
    let mut config = wasm_smith::Config::arbitrary(input)?;
    if is_ours {
        within_our_features(&mut config);
    }
    Ok(wrapped(&wasm_smith::Module::new(config, input)?.to_bytes()))
}

/// Switches off what the engines lack, so that more than the first unknown opcode is looked at.
fn within_our_features(config: &mut wasm_smith::Config) {
    config.memory64_enabled = false;
    config.threads_enabled = false;
    config.shared_everything_threads_enabled = false;
    config.relaxed_simd_enabled = false;
    config.exceptions_enabled = false;
    config.tail_call_enabled = false;
    config.gc_enabled = false;
    config.custom_page_sizes_enabled = false;
    config.wide_arithmetic_enabled = false;
    config.max_memories = 1;
    config.max_imports = 0;
    config.min_imports = 0;
}

/// A component that holds a module and instantiates it without arguments.
pub(crate) fn wrapped(module: &[u8]) -> Vec<u8> {
    let mut component = Component::new();
    component.section(&RawSection { id: ComponentSectionId::CoreModule as u8, data: module });
    let mut instances = InstanceSection::new();
    instances.instantiate(0, Vec::<(&str, ModuleArg)>::new());
    component.section(&instances);
    component.finish()
}
