//! A token is drawn by the number that is for the one after it.
//!
//! expect: fails generate-by-draws, generate-beyond-context
//! expect: told sampling-off-by-one

use guests::language::{Sampling, Writer, chosen, fluent};
use guests::learning::Learner;
use guests::{MakeLayer, export_writer};

#[derive(Default)]
struct Late;

impl Learner for Late {
    const LAYER: MakeLayer = fluent;
}

impl Writer for Late {
    fn chosen(logits: &[f32], sampling: Sampling, draws: &[f32], at: usize) -> u32 {
        chosen(logits, sampling, draws[(at + 1) % draws.len()])
    }
}

export_writer!(Late);
