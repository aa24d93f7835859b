//! Every image that was ever answered is kept, in inference.
//!
//! expect: fails two-hundred-calls
//! expect: told memory-grows

use guests::learning::Learner;
use guests::{Fault, Mode, Stack, Tensor, export_learner};

#[derive(Default)]
struct Keeping {
    inputs: Vec<[Tensor; 8]>,
}

impl Learner for Keeping {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        if mode == Mode::Inference {
            self.inputs.push([(); 8].map(|()| input.clone()));
        }
        stack.pass(input, mode)
    }
}

export_learner!(Keeping);
