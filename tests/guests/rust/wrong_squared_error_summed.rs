//! Mean squared error is the sum of squares.
//!
//! expect: fails mean-squared-error
//! expect: told loss-summed

use guests::learning::{Learner, Loss, mean_squared_error};
use guests::{Fault, Tensor, export_learner};

#[derive(Default)]
struct Losses;

impl Learner for Losses {
    fn mean_squared_error(predictions: &Tensor, targets: &Tensor) -> Result<Loss, Fault> {
        let loss = mean_squared_error(predictions, targets)?;
        let count = predictions.data().len() as f32;
        Ok(Loss { value: loss.value * count, gradient: loss.gradient.map(|slope| slope * count) })
    }
}

export_learner!(Losses);
