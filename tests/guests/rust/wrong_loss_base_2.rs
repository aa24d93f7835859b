//! Cross-entropy is in bits: its logarithm is that to base 2.
//!
//! expect: fails cross-entropy, cross-entropy-extremes, true-reports
//! expect: told cross-entropy-base-2, metrics-not-true

use guests::learning::{Learner, Loss, cross_entropy};
use guests::{Fault, Tensor, export_learner};

#[derive(Default)]
struct Losses;

impl Learner for Losses {
    fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
        let loss = cross_entropy(logits, targets)?;
        Ok(Loss { value: loss.value / std::f32::consts::LN_2, ..loss })
    }
}

export_learner!(Losses);
