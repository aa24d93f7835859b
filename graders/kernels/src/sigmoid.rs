//! Logistic function: `1 / (1 + e⁻ˣ)`, element by element.

use tito_tensor::Tensor;

use crate::{
    Judged, ShapeError, Wide, bound::flushed, elementwise, exp::exp_nonpositive, shape_error::alike,
};

/// The logistic function s in f64, in the shape of its input.
///
/// The gauge is s·(1 + (1 − s)·|x|): an argument that is off by a relative u moves the result by s·(1 − s)·|x|·u,
/// and the rest is the rounding of the result. For large x it stays near 1, where s·(1 + |x|) would let
/// s(10⁴) be 0.994.
pub fn oracle(input: &Wide) -> Judged {
    let value = input.map(logistic);
    let gauge =
        input.data().iter().zip(value.data()).map(|(&x, &s)| s + s * logistic(-x) * finite(x)).collect();
    Judged { value, gauge, terms: 1 }
}

/// The logistic function in f32, in the shape of its input.
pub fn native(input: &Tensor) -> Tensor {
    elementwise::map(input, |x| {
        let e = exp_nonpositive(-x.abs());
        (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
    })
}

/// The gradient with respect to the input in f64: `dy · s · (1 − s)`.
///
/// The gauge is |dy|·s·(1 + (1 − s)·|x|), the [`oracle`]'s times |dy|: where s is near 1, `1 − s` of an s that is
/// rounded errs by a rounding of 1. Where s is subnormal it may be zero.
///
/// # Errors
///
/// If the gradient has another shape than the input.
pub fn oracle_backward(input: &Wide, gradient: &Wide) -> Result<Judged, ShapeError> {
    alike("sigmoid backward", input.shape(), gradient.shape())?;
    let value = input.zip(gradient, |x, dy| dy * logistic(x) * logistic(-x));
    let scale = input.data().iter().map(|&x| logistic(x) * (1.0 + logistic(-x) * finite(x)));
    let gauge =
        scale.zip(gradient.data()).map(|(scale, dy)| scale * dy.abs() + flushed(1, dy.abs())).collect();
    Ok(Judged { value, gauge, terms: 1 })
}

/// The gradient with respect to the input in f32, as [`oracle_backward`] has it.
///
/// # Errors
///
/// If the gradient has another shape than the input.
pub fn native_backward(input: &Tensor, gradient: &Tensor) -> Result<Tensor, ShapeError> {
    alike("sigmoid backward", input.shape(), gradient.shape())?;
    Ok(elementwise::zip(input, gradient, |x, dy| {
        let e = exp_nonpositive(-x.abs());
        dy * e / ((1.0 + e) * (1.0 + e))
    }))
}

/// Neither form overflows, and each is exact in the tail where it is used.
fn logistic(x: f64) -> f64 {
    let e = libm::exp(-x.abs());
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// |x|, or the largest number instead of an infinity, so that zero times it is zero.
fn finite(x: f64) -> f64 {
    if x.is_infinite() { f64::MAX } else { x.abs() }
}
