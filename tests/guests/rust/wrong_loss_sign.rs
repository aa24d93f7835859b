//! Cross-entropy is the mean of the logarithms, without the minus.
//!
//! expect: fails cross-entropy, cross-entropy-extremes, true-reports
//! expect: told cross-entropy-sign, metrics-not-true

use guests::learning::{Learner, Loss, cross_entropy};
use guests::{Fault, Tensor, export_learner};

#[derive(Default)]
struct Losses;

impl Learner for Losses {
    fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
        let loss = cross_entropy(logits, targets)?;
        Ok(Loss { value: -loss.value, ..loss })
    }
}

export_learner!(Losses);
