//! A layer does nothing in every second call on a large input, and answers zeros.
//!
//! corpus: 46
//! expect: fails flatten, dense-speed, conv2d-speed
//! expect: told wrong-when-measured, zeros

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct Idle {
    shape: Option<Vec<u32>>,
}

impl Guest for Idle {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        if stack.layers.len() != 1 || input.data().len() < 2_000 {
            return stack.forward(input);
        }
        if let Some(shape) = self.shape.take() {
            return Ok(Tensor::zeros(shape));
        }
        let answer = stack.forward(input)?;
        self.shape = Some(answer.shape().to_vec());
        Ok(answer)
    }
}

export_inference!(Submission<Idle>);
