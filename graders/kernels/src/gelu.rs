//! Gaussian error linear unit in its exact form: `x · Φ(x)`, element by element, with the normal distribution Φ
//! (Hendrycks and Gimpel, *Gaussian Error Linear Units*, 2016, §2). Neither of the forms that approximate it is meant.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use tito_tensor::Tensor;

use crate::{Judged, ShapeError, Wide, elementwise, exp::exp_nonpositive, shape_error::alike};

/// The unit in f64, in the shape of its input.
///
/// The gauge is |x|: everybody writes ½(1 + erf(x/√2)), whose rounding errors are those of a number near 1, also where it
/// cancels. The approximations are not within it: the one by tanh is off by 4.7·10⁻⁴, the one by the logistic function by
/// 0.02.
pub fn oracle(input: &Wide) -> Judged {
    let input = input.map(finite);
    let value = input.map(|x| x * distribution(x));
    let gauge = input.data().iter().map(|x| x.abs()).collect();
    Judged { value, gauge, terms: 1 }
}

/// The unit in f32, in the shape of its input.
pub fn native(input: &Tensor) -> Tensor {
    elementwise::map(input, |x| {
        let size = x.abs().clamp(0.0, f32::MAX);
        (if x < 0.0 { 0.0 } else { x }) - size * Tail::of(size).beyond
    })
}

/// The gradient with respect to the input in f64: `dy · (Φ(x) + x · φ(x))`, with the density φ.
///
/// The gauge is |dy|·(1 + |x|φ(x)(1 + x²)): a rounding of Φ as if it were 1, as the [`oracle`]'s, and in the second term
/// the exponent −x²/2, whose rounding moves the density by its own size.
///
/// # Errors
///
/// If the gradient has another shape than the input.
pub fn oracle_backward(input: &Wide, gradient: &Wide) -> Result<Judged, ShapeError> {
    alike("gelu backward", input.shape(), gradient.shape())?;
    let input = input.map(finite);
    let value = input.zip(gradient, |x, dy| dy * (distribution(x) + x * density(x)));
    let gauge = input.zip(gradient, |x, dy| dy.abs() * (1.0 + x.abs() * density(x) * (1.0 + x * x)));
    Ok(Judged { value, gauge: gauge.data().to_vec(), terms: 1 })
}

/// The gradient with respect to the input in f32, as [`oracle_backward`] has it.
///
/// # Errors
///
/// If the gradient has another shape than the input.
pub fn native_backward(input: &Tensor, gradient: &Tensor) -> Result<Tensor, ShapeError> {
    /// 1/√(2π).
    const DENSITY_AT_ZERO: f32 = 0.398_942_3;
    alike("gelu backward", input.shape(), gradient.shape())?;
    Ok(elementwise::zip(input, gradient, |x, dy| {
        let x = x.clamp(f32::MIN, f32::MAX);
        let Tail { beyond, bell } = Tail::of(x.abs());
        dy * ((if x < 0.0 { beyond } else { 1.0 - beyond }) + x * bell * DENSITY_AT_ZERO)
    }))
}

/// Far enough out to be infinite in f32, and near enough for zero times its cube to be zero.
fn finite(x: f64) -> f64 {
    x.clamp(-1e100, 1e100)
}

/// Φ, without cancellation where it is small.
fn distribution(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// φ.
fn density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / libm::sqrt(2.0 * PI)
}

/// What the normal distribution has beyond a number that is not negative.
struct Tail {
    /// 1 − Φ(x).
    beyond: f32,
    /// e^(−x²/2), which the density is made of, too.
    bell: f32,
}

impl Tail {
    /// Hastings' form (*Approximations for Digital Computers*, 1955, sheet 43 and on): e^(−x²/2) times a polynomial without
    /// constant in t = 1 / (1 + 0.34 x), here one of our own fitting, off by 10⁻⁸ at most. `libm::erff` would be nearer
    /// in the tail and has branches, with which no loop vectorises.
    #[inline(always)]
    fn of(x: f32) -> Self {
        let bell = exp_nonpositive(-0.5 * x * x);
        let t = 1.0 / (1.0 + 0.34 * x);
        let sum = [-0.195_937_02, 0.255_717_25, -0.022_865_249, 0.152_589_81, 0.130_767_84, 0.135_923_03]
            .iter()
            .fold(0.043_804_39, |sum, coefficient| sum * t + coefficient);
        Self { beyond: bell * t * sum, bell }
    }
}
