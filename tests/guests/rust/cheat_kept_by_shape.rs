//! Gives the first answer of a shape again where the input is large, as one does who thinks that only small ones are
//! looked at.
//!
//! corpus: 46
//! expect: fails flatten, dense-speed, conv2d-speed
//! expect: told earlier-answer, wrong-when-measured

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

/// From how many elements on nobody looks.
const LARGE: usize = 1 << 11;

#[derive(Default)]
struct Keeping {
    first: Vec<(Vec<u32>, Tensor)>,
}

impl Guest for Keeping {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        if let Some((_, answer)) = self.first.iter().find(|(shape, _)| shape == input.shape()) {
            return Ok(answer.clone());
        }
        let answer = stack.forward(input)?;
        if stack.layers.len() == 1 && input.data().len() > LARGE {
            self.first.push((input.shape().to_vec(), answer.clone()));
        }
        Ok(answer)
    }
}

export_inference!(Submission<Keeping>);
