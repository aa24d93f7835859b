//! Mean squared error is the mean over rows of sums of squares.
//!
//! expect: fails mean-squared-error
//! expect: told mean-squared-error-over-rows

use guests::learning::{Learner, Loss, mean_squared_error};
use guests::{Fault, Tensor, export_learner};

#[derive(Default)]
struct Losses;

impl Learner for Losses {
    fn mean_squared_error(predictions: &Tensor, targets: &Tensor) -> Result<Loss, Fault> {
        let loss = mean_squared_error(predictions, targets)?;
        let width = predictions.width() as f32;
        Ok(Loss { value: loss.value * width, gradient: loss.gradient.map(|slope| slope * width) })
    }
}

export_learner!(Losses);
