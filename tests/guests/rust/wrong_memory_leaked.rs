//! Every input of every pass in training is kept for ever.
//!
//! expect: fails memory
//! expect: told memory-leaked

use guests::learning::Learner;
use guests::{Fault, Mode, Stack, Tensor, export_learner};

#[derive(Default)]
struct Keeping {
    inputs: Vec<Tensor>,
}

impl Learner for Keeping {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        if mode == Mode::Training {
            self.inputs.push(input.clone());
        }
        stack.pass(input, mode)
    }
}

export_learner!(Keeping);
