//! Flatten: all axes but the first become one.

use tito_tensor::{Shape, Tensor};

use crate::{Judged, ShapeError, Wide, shape_error::alike};

/// The elements of `[n, ..]` as `[n, rest]`, where `[n]` gives `[n, 1]`. Nothing is rounded, so answers must be
/// equal.
///
/// # Errors
///
/// If the input is a scalar, or an axis would be longer than a shape can say.
pub fn oracle(input: &Wide) -> Result<Judged, ShapeError> {
    let value = Wide::new(flat(input.shape())?, input.data().to_vec());
    Ok(Judged::exact(value.expect("flattening keeps the number of elements")))
}

/// The elements of `[n, ..]` as `[n, rest]`, as the [`oracle`] gives them.
///
/// # Errors
///
/// If the input is a scalar, or an axis would be longer than a shape can say.
pub fn native(input: &Tensor) -> Result<Tensor, ShapeError> {
    let value = Tensor::new(flat(input.shape())?, input.data().to_vec());
    Ok(value.expect("flattening keeps the number of elements"))
}

/// The gradient with respect to the input: the output's, in the input's shape. Nothing is rounded, so answers must be
/// equal.
///
/// # Errors
///
/// If the gradient does not have the output's shape, or as [`oracle`].
pub fn oracle_backward(input: &Wide, gradient: &Wide) -> Result<Judged, ShapeError> {
    alike("flatten backward", &flat(input.shape())?, gradient.shape())?;
    let value = Wide::new(input.shape().clone(), gradient.data().to_vec());
    Ok(Judged::exact(value.expect("flattening keeps the number of elements")))
}

/// The gradient with respect to the input, as [`oracle_backward`] has it.
///
/// # Errors
///
/// If the gradient does not have the output's shape, or as [`oracle`].
pub fn native_backward(input: &Tensor, gradient: &Tensor) -> Result<Tensor, ShapeError> {
    alike("flatten backward", &flat(input.shape())?, gradient.shape())?;
    let value = Tensor::new(input.shape().clone(), gradient.data().to_vec());
    Ok(value.expect("flattening keeps the number of elements"))
}

fn flat(shape: &Shape) -> Result<Shape, ShapeError> {
    let (&first, rest) = shape.extents().split_first().ok_or(ShapeError::Scalar("flatten"))?;
    let rest = rest.iter().try_fold(1u32, |product, &extent| product.checked_mul(extent));
    match rest {
        Some(rest) => Ok(Shape::from([first, rest])),
        None => Err(ShapeError::Uncountable { operation: "flatten", input: shape.clone() }),
    }
}
