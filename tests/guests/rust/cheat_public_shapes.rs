//! Right for the widths of small tests, as one is who tried cases until they passed; zeros for all others.
//!
//! corpus: 48
//! expect: fails dense, dense-without-bias, dense-rank-3, relu, sigmoid, tanh, saturation, softmax-shift
//! expect: fails flatten, composition, mnist-mlp, conv2d, conv2d-without-bias, conv2d-stride, conv2d-padding
//! expect: fails conv2d-rectangular, conv2d-sizes, max-pool2d, average-pool2d, channel-order, mnist-cnn
//! expect: fails memory-efficiency
//! expect: told zeros, input-ignored

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct Fitted;

impl Guest for Fitted {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        let answer = stack.forward(input)?;
        let is_known = input.width() <= 8 && answer.width() <= 8;
        Ok(if is_known { answer } else { answer.map(|_| 0.0) })
    }
}

export_inference!(Submission<Fitted>);
