//! Keeps the parameters in a static that all models share.
//!
//! expect: fails independence
//! expect: told shared-parameters

use std::cell::RefCell;

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

thread_local! {
    static PARAMETERS: RefCell<Vec<Tensor>> = const { RefCell::new(Vec::new()) };
}

#[derive(Default)]
struct Sharing;

impl Guest for Sharing {
    fn load(&mut self, stack: &mut Stack, parameters: Vec<Tensor>) -> Result<(), Fault> {
        PARAMETERS.set(parameters.clone());
        stack.load(parameters)
    }

    fn forward(&mut self, stack: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        let shared = PARAMETERS.with_borrow(Vec::clone);
        if !shared.is_empty() {
            stack.load(shared)?;
        }
        stack.forward(input)
    }
}

export_inference!(Submission<Sharing>);
