//! Rectifier: `max(x, 0)`, element by element.

use tito_tensor::Tensor;

use crate::{Judged, ShapeError, Wide, elementwise, shape_error::alike};

/// The rectifier in f64, in the shape of its input. Nothing is rounded, so answers must be equal.
pub fn oracle(input: &Wide) -> Judged {
    Judged::exact(input.map(|x| if x < 0.0 { 0.0 } else { x }))
}

/// The rectifier in f32, in the shape of its input. NaN stays NaN, so that it is seen where it came from.
pub fn native(input: &Tensor) -> Tensor {
    elementwise::map(input, |x| if x < 0.0 { 0.0 } else { x })
}

/// The gradient with respect to the input in f64: the output's where the input is positive, else 0, also at 0. Nothing
/// is rounded, so answers must be equal.
///
/// # Errors
///
/// If the gradient has another shape than the input.
pub fn oracle_backward(input: &Wide, gradient: &Wide) -> Result<Judged, ShapeError> {
    alike("relu backward", input.shape(), gradient.shape())?;
    Ok(Judged::exact(input.zip(gradient, |x, dy| if x > 0.0 { dy } else { 0.0 })))
}

/// The gradient with respect to the input in f32, as [`oracle_backward`] has it.
///
/// # Errors
///
/// If the gradient has another shape than the input.
pub fn native_backward(input: &Tensor, gradient: &Tensor) -> Result<Tensor, ShapeError> {
    alike("relu backward", input.shape(), gradient.shape())?;
    Ok(elementwise::zip(input, gradient, |x, dy| if x > 0.0 { dy } else { 0.0 }))
}
