//! Cross-entropy's gradient is divided by the number of rows twice.
//!
//! expect: fails cross-entropy, cross-entropy-extremes, clip-and-schedule, first-steps
//! expect: told loss-averaged-again

use guests::learning::{Learner, Loss, cross_entropy};
use guests::{Fault, Tensor, export_learner};

#[derive(Default)]
struct Losses;

impl Learner for Losses {
    fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
        let loss = cross_entropy(logits, targets)?;
        Ok(Loss { gradient: loss.gradient.map(|slope| slope / targets.len() as f32), ..loss })
    }
}

export_learner!(Losses);
