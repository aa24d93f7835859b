//! `forward` never ends.
//!
//! corpus: 1
//! expect: fails dense, dense-without-bias, dense-rank-3, relu, sigmoid, tanh, saturation, softmax
//! expect: fails softmax-shift, flatten, composition, independence, repeatability, wrong-shapes
//! expect: fails unknown-layers, mnist-mlp
//! expect: limit fuel

use std::hint::black_box;

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct Endless;

impl Guest for Endless {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        while black_box(true) {}
        stack.forward(input)
    }
}

export_inference!(Submission<Endless>);
