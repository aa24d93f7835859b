//! A network cuts the elements of its output's gradient to a tenth, against explosions, and so has other gradients
//! than its layers.
//!
//! expect: fails backward-stacks, clip-and-schedule, first-steps
//! expect: told stack-backward-differs

use guests::learning::Learner;
use guests::{Fault, Stack, Tensor, export_learner};

#[derive(Default)]
struct Careful;

impl Learner for Careful {
    fn backward(&mut self, stack: &mut Stack, gradient: &Tensor) -> Result<Tensor, Fault> {
        let is_network = stack.layers.len() > 1;
        let cut = gradient.map(|slope| slope.clamp(-0.1, 0.1));
        stack.backward(if is_network { &cut } else { gradient })
    }
}

export_learner!(Careful);
