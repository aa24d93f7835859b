//! The prompt is given back with the new tokens.
//!
//! expect: fails generate-most-likely, generate-by-draws, generate-beyond-context
//! expect: told prompt-returned

use guests::language::{Writer, fluent};
use guests::learning::Learner;
use guests::{MakeLayer, export_writer};

#[derive(Default)]
struct Whole;

impl Learner for Whole {
    const LAYER: MakeLayer = fluent;
}

impl Writer for Whole {
    fn given_back(prompt: &[u32], written: Vec<u32>) -> Vec<u32> {
        [prompt, &written].concat()
    }
}

export_writer!(Whole);
