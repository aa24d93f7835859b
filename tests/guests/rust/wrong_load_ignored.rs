//! `load` keeps nothing of what it is given.
//!
//! expect: fails dense, dense-without-bias, dense-rank-3, composition, load-exact, independence
//! expect: fails repeatability, mnist-mlp, conv2d, conv2d-without-bias, conv2d-stride, conv2d-padding
//! expect: fails conv2d-rectangular, conv2d-sizes, conv2d-parameters, channel-order, mnist-cnn
//! expect: fails memory-efficiency
//! expect: told load-ignored, network-not-of-its-layers, parameters-changed, shared-parameters, stack-differs

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
