//! Every thirtieth forward pass tidies up for as long as ten others take.
//!
//! expect: fails two-hundred-calls
//! expect: told calls-uneven

use guests::learning::Learner;
use guests::{Fault, Mode, Stack, Tensor, export_learner};

#[derive(Default)]
struct Tidying {
    calls: u32,
}

impl Learner for Tidying {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        self.calls += 1;
        if self.calls.is_multiple_of(30) && mode == Mode::Inference {
            for _ in 0..9 {
                stack.pass(input, mode)?;
            }
        }
        stack.pass(input, mode)
    }
}

export_learner!(Tidying);
