//! Mean squared error.

use tinytorch::{Fault, Loss, Tensor};

use crate::{kept::zip, sum::sum_of};

/// The mean of (prediction − target)² over all elements, and its gradient 2 (prediction − target) / elements.
pub(crate) fn mean_squared_error(predictions: &Tensor, targets: &Tensor) -> Result<Loss, Fault> {
    if predictions.shape() != targets.shape() {
        let (wanted, found) = (predictions.shape(), targets.shape());
        return Err(Fault::shape_mismatch(format!(
            "mean-squared-error: targets of shape {wanted:?} wanted, {found:?} given"
        )));
    }
    let share = 1.0 / predictions.data().len().max(1) as f32;
    let squares = sum_of(predictions.data(), targets.data(), |p, t| (p - t) * (p - t));
    Ok(Loss { value: squares * share, gradient: zip(predictions, targets, |p, t| 2.0 * share * (p - t)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::tensor;

    #[test]
    fn errors_count_squared() {
        let predictions = tensor(&[2, 2], &[1.0, 2.0, 3.0, 4.0]);
        let targets = tensor(&[2, 2], &[1.0, 0.0, 4.0, 4.0]);
        let loss = mean_squared_error(&predictions, &targets).unwrap();
        assert_eq!(loss, Loss { value: 1.25, gradient: tensor(&[2, 2], &[0.0, 1.0, -0.5, 0.0]) });
        let found = mean_squared_error(&predictions, &tensor(&[4], &[0.0; 4]));
        assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
    }
}
