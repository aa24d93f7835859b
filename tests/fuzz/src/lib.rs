//! What must hold for every byte that a student hands in, or that a worker which runs it sends, one target a module.
//!
//! Each target is a function from bytes that panics when its property is broken. `fuzz_targets` gives them to
//! libFuzzer, `tests/replay.rs` gives them the committed corpora on stable; `wire`'s are replayed by host/worker. The
//! parsers themselves are elsewhere.

pub mod archive;
pub mod gate_bytes;
pub mod gate_mutate;
pub mod gate_smith;
pub mod manifest;
#[cfg(feature = "wire")]
pub mod wire;

mod count;
mod memory;
