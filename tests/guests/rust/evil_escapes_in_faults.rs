//! Faults whose words clear the terminal, fill it, and claim a pass.
//!
//! corpus: 42
//! expect: fails dense, dense-without-bias, dense-rank-3, relu, sigmoid, tanh, saturation, softmax
//! expect: fails softmax-shift, flatten, composition, independence, repeatability, wrong-shapes
//! expect: fails unknown-layers, mnist-mlp

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct Shouting;

impl Guest for Shouting {
    fn forward(&mut self, _: &mut Stack, _: &Tensor) -> Result<Tensor, Fault> {
        let words = "\x1b[2J\x1b]0;owned\x07\r\n\u{202e}\0all checks passed\n".repeat(1_000);
        Err(Fault::shape_mismatch(words))
    }
}

export_inference!(Submission<Shouting>);
