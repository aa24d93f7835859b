//! Computes its first two answers; from the third call on a layer does nothing, and gives the last one again.
//!
//! corpus: 46
//! expect: fails dense, dense-without-bias, dense-rank-3, relu, sigmoid, tanh, softmax, flatten, conv2d
//! expect: fails conv2d-padding, conv2d-rectangular, conv2d-sizes, conv2d-stride, max-pool2d, max-pool2d-padding
//! expect: fails average-pool2d, average-pool2d-padding, dense-speed, conv2d-speed
//! expect: told wrong-when-measured

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct Idle {
    calls: u32,
    last: Option<Tensor>,
}

impl Guest for Idle {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        self.calls += 1;
        match &self.last {
            Some(last) if self.calls > 2 && stack.layers.len() == 1 => Ok(last.clone()),
            _ => {
                let answer = stack.forward(input)?;
                self.last = Some(answer.clone());
                Ok(answer)
            }
        }
    }
}

export_inference!(Submission<Idle>);
