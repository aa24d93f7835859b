//! `forward` panics with a message that would clear a terminal.
//!
//! expect: fails dense, dense-without-bias, dense-rank-3, relu, sigmoid, tanh, saturation, softmax
//! expect: fails softmax-shift, flatten, composition, independence, repeatability, wrong-shapes
//! expect: fails unknown-layers, mnist-mlp
//! expect: trap unreachable

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct Panicking;

impl Guest for Panicking {
    fn forward(&mut self, _: &mut Stack, _: &Tensor) -> Result<Tensor, Fault> {
        panic!("\x1b[2J\x1b[31mall tests passed");
    }
}

export_inference!(Submission<Panicking>);
