//! Keeps its last answer, and gives it again to the same input: right, and quick for whoever asks twice.
//!
//! corpus: 46
//! expect: fails dense-speed, conv2d-speed
//! expect: told answers-kept

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct Keeping {
    last: Option<(Tensor, Tensor)>,
}

impl Guest for Keeping {
    fn load(&mut self, stack: &mut Stack, parameters: Vec<Tensor>) -> Result<(), Fault> {
        self.last = None;
        stack.load(parameters)
    }

    fn forward(&mut self, stack: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        if let Some((known, answer)) = &self.last
            && known == input
        {
            return Ok(answer.clone());
        }
        let answer = stack.forward(input)?;
        self.last = Some((input.clone(), answer.clone()));
        Ok(answer)
    }
}

export_inference!(Submission<Keeping>);
