//! Gives the answer to the input before, except the first time.
//!
//! corpus: 46
//! expect: fails dense, dense-without-bias, dense-rank-3, relu, sigmoid, tanh, softmax, flatten, composition
//! expect: fails repeatability, mnist-mlp, conv2d, conv2d-without-bias, conv2d-stride, conv2d-padding
//! expect: fails conv2d-rectangular, conv2d-sizes, max-pool2d, max-pool2d-padding, average-pool2d
//! expect: fails average-pool2d-padding, mnist-cnn, memory-efficiency
//! expect: told earlier-answer, network-not-of-its-layers, stack-differs, state-kept

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct Late {
    previous: Option<Tensor>,
}

impl Guest for Late {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        let answer = stack.forward(input)?;
        let shown = self.previous.take().filter(|previous| previous.shape() == answer.shape());
        self.previous = Some(answer.clone());
        Ok(shown.unwrap_or(answer))
    }
}

export_inference!(Submission<Late>);
