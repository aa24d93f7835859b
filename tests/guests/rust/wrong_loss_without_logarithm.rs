//! Cross-entropy is minus the probability of the target, without a logarithm.
//!
//! expect: fails cross-entropy, cross-entropy-extremes, true-reports
//! expect: told cross-entropy-without-logarithm, metrics-not-true

use guests::learning::{Learner, Loss, cross_entropy};
use guests::{Fault, Tensor, export_learner, softmax};

#[derive(Default)]
struct Losses;

impl Learner for Losses {
    fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
        let loss = cross_entropy(logits, targets)?;
        let mut p = logits.clone();
        p.rows_mut().for_each(softmax);
        let sum: f32 = p.rows().zip(targets).map(|(p, target)| p[*target as usize]).sum();
        Ok(Loss { value: -sum / targets.len() as f32, ..loss })
    }
}

export_learner!(Losses);
