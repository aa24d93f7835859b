//! Cross-entropy is the sum over the batch, and so is its gradient.
//!
//! expect: fails true-reports, clip-and-schedule, cross-entropy, cross-entropy-extremes, loss-falls
//! expect: fails first-steps
//! expect: told gradient-summed, loss-does-not-fall, loss-summed, metrics-not-true

use guests::learning::{Learner, Loss, cross_entropy};
use guests::{Fault, Tensor, export_learner};

#[derive(Default)]
struct Losses;

impl Learner for Losses {
    fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
        let loss = cross_entropy(logits, targets)?;
        let rows = targets.len() as f32;
        Ok(Loss { value: loss.value * rows, gradient: loss.gradient.map(|slope| slope * rows) })
    }
}

export_learner!(Losses);
