//! Computes its first answer and gives it again for every input of that shape.
//!
//! corpus: 46
//! expect: fails dense, dense-without-bias, dense-rank-3, relu, sigmoid, tanh, softmax, flatten, composition
//! expect: fails repeatability, mnist-mlp, conv2d, conv2d-without-bias, conv2d-stride, conv2d-padding
//! expect: fails conv2d-rectangular, conv2d-sizes, max-pool2d, max-pool2d-padding, average-pool2d
//! expect: fails average-pool2d-padding, mnist-cnn, memory-efficiency
//! expect: told earlier-answer, network-not-of-its-layers, stack-differs, state-kept

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct Remembering {
    first: Option<(Vec<u32>, Tensor)>,
}

impl Guest for Remembering {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        if let Some((shape, answer)) = &self.first
            && shape == input.shape()
        {
            return Ok(answer.clone());
        }
        let answer = stack.forward(input)?;
        self.first = Some((input.shape().to_vec(), answer.clone()));
        Ok(answer)
    }
}

export_inference!(Submission<Remembering>);
