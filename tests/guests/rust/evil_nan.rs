//! Every answer has the right shape and holds NaN and the infinities.
//!
//! corpus: 36
//! expect: fails dense, dense-without-bias, dense-rank-3, relu, sigmoid, tanh, saturation, softmax
//! expect: fails softmax-shift, flatten, composition, independence, mnist-mlp

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct NotNumbers;

impl Guest for NotNumbers {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        let mut numbers = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY].into_iter().cycle();
        Ok(stack.forward(input)?.map(|_| numbers.next().unwrap_or(f32::NAN)))
    }
}

export_inference!(Submission<NotNumbers>);
