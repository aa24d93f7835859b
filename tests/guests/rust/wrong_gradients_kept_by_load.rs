//! `load` leaves the gradients of the parameters before.
//!
//! expect: fails gradients-accumulate
//! expect: told load-keeps-gradients

use guests::learning::Learner;
use guests::{Fault, Stack, Tensor, export_learner};

#[derive(Default)]
struct Kept;

impl Learner for Kept {
    fn load(&mut self, stack: &mut Stack, parameters: Vec<Tensor>) -> Result<(), Fault> {
        stack.load(parameters)
    }
}

export_learner!(Kept);
