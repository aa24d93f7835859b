//! Hyperbolic tangent, element by element.

use tito_tensor::Tensor;

use crate::{Judged, ShapeError, Wide, elementwise, exp::exp_nonpositive, shape_error::alike};

/// The hyperbolic tangent t in f64, in the shape of its input.
///
/// The gauge is 1 + |t|: it passes (e²ˣ − 1)/(e²ˣ + 1), which everybody writes first and which cancels near 0.
pub fn oracle(input: &Wide) -> Judged {
    let value = input.map(libm::tanh);
    let gauge = value.data().iter().map(|t| 1.0 + t.abs()).collect();
    Judged { value, gauge, terms: 1 }
}

/// The hyperbolic tangent in f32, in the shape of its input, within a few units in the last place also near 0.
///
/// Cephes (Moshier, `single/tanhf.c`): a polynomial below 0.625, where the quotient would cancel.
pub fn native(input: &Tensor) -> Tensor {
    elementwise::map(input, |x| {
        let e = exp_nonpositive(-2.0 * x.abs());
        let far = ((1.0 - e) / (1.0 + e)).copysign(x);
        if x.abs() < 0.625 { near_zero(x) } else { far }
    })
}

/// The gradient with respect to the input in f64: `dy · (1 − t²)`.
///
/// The gauge is |dy|·(1 + 2|t|(1 + |t|)): what t errs by within the [`oracle`]'s gauge, twice over in the square, and a
/// rounding of 1.
///
/// # Errors
///
/// If the gradient has another shape than the input.
pub fn oracle_backward(input: &Wide, gradient: &Wide) -> Result<Judged, ShapeError> {
    alike("tanh backward", input.shape(), gradient.shape())?;
    let value = input.zip(gradient, |x, dy| dy * slope(x));
    let gauge = input.zip(gradient, |x, dy| {
        let t = libm::tanh(x).abs();
        dy.abs() * (1.0 + 2.0 * t * (1.0 + t))
    });
    Ok(Judged { value, gauge: gauge.data().to_vec(), terms: 1 })
}

/// The gradient with respect to the input in f32, as [`oracle_backward`] has it.
///
/// # Errors
///
/// If the gradient has another shape than the input.
pub fn native_backward(input: &Tensor, gradient: &Tensor) -> Result<Tensor, ShapeError> {
    alike("tanh backward", input.shape(), gradient.shape())?;
    Ok(elementwise::zip(input, gradient, |x, dy| {
        let e = exp_nonpositive(-2.0 * x.abs());
        dy * 4.0 * e / ((1.0 + e) * (1.0 + e))
    }))
}

/// 1 − tanh² x without cancellation.
fn slope(x: f64) -> f64 {
    let e = libm::exp(-2.0 * x.abs());
    4.0 * e / ((1.0 + e) * (1.0 + e))
}

/// tanh x for |x| < 0.625: x + x³·P(x²), by Horner's rule.
#[inline(always)]
fn near_zero(x: f32) -> f32 {
    let square = x * x;
    let sum = [2.063_908_8e-2, -5.373_971_6e-2, 1.333_144_2e-1, -3.333_328e-1]
        .iter()
        .fold(-5.704_988_7e-3, |sum, coefficient| sum * square + coefficient);
    sum * square * x + x
}
