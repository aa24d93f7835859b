//! `backward` panics where a gradient has another shape than the output.
//!
//! expect: fails wrong-arguments
//! expect: told wrong-argument-traps
//! expect: trap unreachable

use guests::learning::Learner;
use guests::{Fault, Mode, Stack, Tensor, export_learner};

#[derive(Default)]
struct Asserting {
    shape: Vec<u32>,
}

impl Learner for Asserting {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let output = stack.pass(input, mode)?;
        if mode == Mode::Training {
            self.shape = output.shape().to_vec();
        }
        Ok(output)
    }

    fn backward(&mut self, stack: &mut Stack, gradient: &Tensor) -> Result<Tensor, Fault> {
        assert_eq!(gradient.shape(), self.shape);
        stack.backward(gradient)
    }
}

export_learner!(Asserting);
