//! `forward` asks for room for a million numbers, again and again, and gives none back.
//!
//! corpus: 14
//! expect: fails dense, dense-without-bias, dense-rank-3, relu, sigmoid, tanh, saturation, softmax
//! expect: fails softmax-shift, flatten, composition, independence, repeatability, wrong-shapes
//! expect: fails unknown-layers, mnist-mlp
//! expect: limit memory

use std::hint::black_box;

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct Hoarding {
    kept: Vec<Vec<f32>>,
}

impl Guest for Hoarding {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        loop {
            self.kept.push(black_box(Vec::with_capacity(1_000_000)));
            if self.kept.len() == 1_000_000 {
                return stack.forward(input);
            }
        }
    }
}

export_inference!(Submission<Hoarding>);
