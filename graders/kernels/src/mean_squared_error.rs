//! Mean squared error: the mean of `(prediction − target)²` over all elements.

use tito_tensor::{Shape, Tensor};

use crate::{Judged, Loss, ShapeError, Wide, elementwise, shape_error::alike, sum::Sums};

/// The error, a scalar, and its gradient `2 (prediction − target) / elements`, in f64.
///
/// The gauges are the values' own magnitudes, since every summand is positive; the terms are the elements, and for the
/// gradient one.
///
/// # Errors
///
/// If the shapes differ.
pub fn oracle(predictions: &Wide, targets: &Wide) -> Result<Loss<Judged, Judged>, ShapeError> {
    alike("mean squared error", predictions.shape(), targets.shape())?;
    let count = predictions.data().len().max(1);
    let difference = predictions.zip(targets, |prediction, target| prediction - target);
    let mut value = Sums::zeros(1);
    difference.data().iter().for_each(|d| value.add(0, d * d / count as f64));
    let gradient = difference.map(|d| 2.0 * d / count as f64);
    let gauge = gradient.data().iter().map(|g| g.abs()).collect();
    let gradient = Judged { value: gradient, gauge, terms: 1 };
    Ok(Loss { value: value.judged(Shape::default(), count), gradient })
}

/// The error and its gradient in f32, as the [`oracle`] has them.
///
/// # Errors
///
/// If the shapes differ.
pub fn native(predictions: &Tensor, targets: &Tensor) -> Result<Loss<f32, Tensor>, ShapeError> {
    alike("mean squared error", predictions.shape(), targets.shape())?;
    let share = 1.0 / predictions.data().len().max(1) as f32;
    let squares = elementwise::zip(predictions, targets, |a, b| (a - b) * (a - b));
    let gradient = elementwise::zip(predictions, targets, |a, b| 2.0 * share * (a - b));
    Ok(Loss { value: crate::sum::sum(squares.data()) * share, gradient })
}
