//! A token is taken once the cumulative probability is as large as the draw: at a draw of 0 that is the first of all.
//!
//! expect: fails generate-by-draws
//! expect: told draw-met-not-exceeded

use guests::language::{Sampling, Writer, chosen, fluent, probabilities};
use guests::learning::Learner;
use guests::{MakeLayer, export_writer};

#[derive(Default)]
struct Met;

impl Learner for Met {
    const LAYER: MakeLayer = fluent;
}

impl Writer for Met {
    fn chosen(logits: &[f32], sampling: Sampling, draws: &[f32], at: usize) -> u32 {
        if sampling.temperature == 0.0 {
            return chosen(logits, sampling, 0.0);
        }
        let mut sum = 0.0;
        let meets = |p: &f32| {
            sum += p;
            sum >= draws[at]
        };
        probabilities(logits, sampling).iter().position(meets).unwrap_or_default() as u32
    }
}

export_writer!(Met);
