//! Every token goes on from the prompt, as if nothing had been written yet.
//!
//! expect: fails generate-most-likely, generate-by-draws, generate-beyond-context
//! expect: told text-not-read-on

use guests::language::{Writer, fluent};
use guests::learning::Learner;
use guests::{MakeLayer, export_writer};

#[derive(Default)]
struct Forgetful;

impl Learner for Forgetful {
    const LAYER: MakeLayer = fluent;
}

impl Writer for Forgetful {
    fn context(prompt: &[u32], _written: &[u32], room: usize) -> Vec<u32> {
        prompt[prompt.len().saturating_sub(room)..].to_vec()
    }
}

export_writer!(Forgetful);
