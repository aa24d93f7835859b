//! Probabilities are divided by the temperature and by their sum, which leaves them as they were.
//!
//! expect: fails generate-by-draws
//! expect: told temperature-after-softmax

use guests::language::{Sampling, Writer, chosen, fluent};
use guests::learning::Learner;
use guests::{MakeLayer, export_writer};

#[derive(Default)]
struct After;

impl Learner for After {
    const LAYER: MakeLayer = fluent;
}

impl Writer for After {
    fn chosen(logits: &[f32], sampling: Sampling, draws: &[f32], at: usize) -> u32 {
        let temperature = if sampling.temperature == 0.0 { 0.0 } else { 1.0 };
        chosen(logits, Sampling { temperature, ..sampling }, draws.get(at).copied().unwrap_or_default())
    }
}

export_writer!(After);
