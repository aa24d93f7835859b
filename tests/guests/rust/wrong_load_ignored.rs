//! `load` keeps nothing of what it is given.
//!
//! expect: fails dense, dense-without-bias, dense-rank-3, composition, load-exact, independence
//! expect: fails repeatability, mnist-mlp
//! expect: told load-ignored, parameters-changed, shared-parameters, stack-differs

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct Ignoring;

impl Guest for Ignoring {
    fn load(&mut self, stack: &mut Stack, parameters: Vec<Tensor>) -> Result<(), Fault> {
        let own = stack.parameters();
        stack.load(parameters)?;
        stack.load(own)
    }
}

export_inference!(Submission<Ignoring>);
