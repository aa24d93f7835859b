//! Batch normalisation passes images of other channels on as they are.
//!
//! expect: fails wrong-arguments
//! expect: told wrong-argument-accepted

use guests::learning::Learner;
use guests::{Fault, Mode, Stack, Tensor, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        match stack.pass(input, mode) {
            Err(Fault::ShapeMismatch(text)) if text.starts_with("batch-norm2d") => Ok(input.clone()),
            answer => answer,
        }
    }
}

export_learner!(Training);
