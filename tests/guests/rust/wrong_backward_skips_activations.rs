//! In a network the gradient goes past the layers without parameters, where its shape stays.
//!
//! expect: fails clip-and-schedule, backward-stacks, first-steps
//! expect: told chain-broken, stack-backward-differs

use guests::learning::Learner;
use guests::{Fault, Stack, Tensor, export_learner};

#[derive(Default)]
struct Skipping;

impl Learner for Skipping {
    fn backward(&mut self, stack: &mut Stack, gradient: &Tensor) -> Result<Tensor, Fault> {
        let is_network = stack.layers.len() > 1;
        stack.layers.iter_mut().rev().try_fold(gradient.clone(), |carried, layer| {
            let back = layer.backward(&carried)?;
            let is_skipped = layer.parameters().is_empty() && back.shape() == carried.shape();
            Ok(if is_network && is_skipped { carried } else { back })
        })
    }
}

export_learner!(Skipping);
