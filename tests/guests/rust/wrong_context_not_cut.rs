//! A text that is longer than the table of places is shown to the model all the same.
//!
//! expect: fails generate-beyond-context
//! expect: told context-not-cut

use guests::language::{Writer, fluent};
use guests::learning::Learner;
use guests::{MakeLayer, export_writer};

#[derive(Default)]
struct Long;

impl Learner for Long {
    const LAYER: MakeLayer = fluent;
}

impl Writer for Long {
    fn context(prompt: &[u32], written: &[u32], _room: usize) -> Vec<u32> {
        [prompt, written].concat()
    }
}

export_writer!(Long);
