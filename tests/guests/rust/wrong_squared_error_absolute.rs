//! Mean squared error is that of the absolute differences.
//!
//! expect: fails mean-squared-error
//! expect: told mean-squared-error-not-squared

use guests::learning::{Learner, Loss, mean_squared_error};
use guests::{Fault, Tensor, export_learner};

#[derive(Default)]
struct Losses;

impl Learner for Losses {
    fn mean_squared_error(predictions: &Tensor, targets: &Tensor) -> Result<Loss, Fault> {
        let loss = mean_squared_error(predictions, targets)?;
        let pairs = predictions.data().iter().zip(targets.data());
        let sum: f32 = pairs.map(|(prediction, target)| (prediction - target).abs()).sum();
        Ok(Loss { value: sum / predictions.data().len() as f32, ..loss })
    }
}

export_learner!(Losses);
