//! Inverted dropout: what is kept is divided by the probability of being kept, so that the mean stays (Srivastava et
//! al., *Dropout*, 2014, §10, where weights are scaled instead). Which elements are kept is the caller's to say.

use tito_tensor::Tensor;

use crate::{Judged, ShapeError, Wide, elementwise, shape_error::alike};

/// `x · mask / (1 − p)` in f64, where `mask` is 1 for what is kept and 0 for what is dropped. It is its own gradient:
/// given the output's instead of x, it gives the input's.
///
/// The gauge is the magnitude of the result; the terms are one, for the division.
///
/// # Errors
///
/// If the mask has another shape than the input.
pub fn oracle(input: &Wide, mask: &Wide, probability: f32) -> Result<Judged, ShapeError> {
    alike("dropout", input.shape(), mask.shape())?;
    let kept = 1.0 - f64::from(probability);
    let value = input.zip(mask, |x, mask| if mask == 0.0 { 0.0 } else { x / kept });
    let gauge = value.data().iter().map(|y| y.abs()).collect();
    Ok(Judged { value, gauge, terms: 1 })
}

/// The same in f32.
///
/// # Errors
///
/// If the mask has another shape than the input.
pub fn native(input: &Tensor, mask: &Tensor, probability: f32) -> Result<Tensor, ShapeError> {
    alike("dropout", input.shape(), mask.shape())?;
    let scale = 1.0 / (1.0 - probability);
    Ok(elementwise::zip(input, mask, |x, mask| if mask == 0.0 { 0.0 } else { x * scale }))
}
