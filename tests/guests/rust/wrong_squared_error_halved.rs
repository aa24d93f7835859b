//! Mean squared error is half of what it is, so that its gradient lacks the 2.
//!
//! expect: fails mean-squared-error
//! expect: told mean-squared-error-halved

use guests::learning::{Learner, Loss, mean_squared_error};
use guests::{Fault, Tensor, export_learner};

#[derive(Default)]
struct Losses;

impl Learner for Losses {
    fn mean_squared_error(predictions: &Tensor, targets: &Tensor) -> Result<Loss, Fault> {
        let loss = mean_squared_error(predictions, targets)?;
        Ok(Loss { value: loss.value / 2.0, gradient: loss.gradient.map(|slope| slope / 2.0) })
    }
}

export_learner!(Losses);
