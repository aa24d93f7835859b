//! Tokens are drawn that are not among the k most likely.
//!
//! expect: fails generate-by-draws
//! expect: told top-k-ignored

use guests::language::{Sampling, Writer, chosen, fluent};
use guests::learning::Learner;
use guests::{MakeLayer, export_writer};

#[derive(Default)]
struct All;

impl Learner for All {
    const LAYER: MakeLayer = fluent;
}

impl Writer for All {
    fn chosen(logits: &[f32], sampling: Sampling, draws: &[f32], at: usize) -> u32 {
        chosen(logits, Sampling { top_k: 0, ..sampling }, draws.get(at).copied().unwrap_or_default())
    }
}

export_writer!(All);
