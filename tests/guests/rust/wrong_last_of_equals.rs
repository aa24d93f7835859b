//! Of equally likely tokens the last one is taken.
//!
//! expect: fails generate-most-likely
//! expect: told last-of-equals

use guests::language::{Sampling, Writer, chosen, fluent};
use guests::learning::Learner;
use guests::{MakeLayer, export_writer};

#[derive(Default)]
struct Last;

impl Learner for Last {
    const LAYER: MakeLayer = fluent;
}

impl Writer for Last {
    fn chosen(logits: &[f32], sampling: Sampling, draws: &[f32], at: usize) -> u32 {
        if sampling.temperature > 0.0 {
            return chosen(logits, sampling, draws[at]);
        }
        let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        logits.iter().rposition(|logit| *logit == most).unwrap_or_default() as u32
    }
}

export_writer!(Last);
