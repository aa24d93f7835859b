//! Gradients begin as a copy of the parameters, until something is loaded.
//!
//! expect: fails gradients-accumulate
//! expect: told gradients-not-zero-after-build

use guests::learning::Learner;
use guests::{Fault, Stack, Tensor, export_learner};

#[derive(Default)]
struct Copied {
    is_loaded: bool,
}

impl Learner for Copied {
    fn load(&mut self, stack: &mut Stack, parameters: Vec<Tensor>) -> Result<(), Fault> {
        self.is_loaded = true;
        stack.load(parameters)?;
        stack.zero_gradients();
        Ok(())
    }

    fn gradients(&self, stack: &Stack) -> Vec<Tensor> {
        if self.is_loaded { stack.gradients() } else { stack.parameters() }
    }
}

export_learner!(Copied);
