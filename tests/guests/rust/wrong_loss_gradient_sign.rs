//! Cross-entropy's gradient is target minus prediction.
//!
//! expect: fails cross-entropy, cross-entropy-extremes, clip-and-schedule, first-steps, one-batch, loss-falls
//! expect: told loss-gradient-sign, batch-not-learnt, loss-does-not-fall

use guests::learning::{Learner, Loss, cross_entropy};
use guests::{Fault, Tensor, export_learner};

#[derive(Default)]
struct Losses;

impl Learner for Losses {
    fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
        let loss = cross_entropy(logits, targets)?;
        Ok(Loss { gradient: loss.gradient.map(|slope| -slope), ..loss })
    }
}

export_learner!(Losses);
