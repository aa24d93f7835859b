//! Hyperbolic tangent, element by element.

use tito_tensor::Tensor;

use crate::{Judged, Wide, elementwise, exp::exp_nonpositive};

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

/// tanh x for |x| < 0.625: x + x³·P(x²), by Horner's rule.
#[inline(always)]
fn near_zero(x: f32) -> f32 {
    let square = x * x;
    let sum = [2.063_908_8e-2, -5.373_971_6e-2, 1.333_144_2e-1, -3.333_328e-1]
        .iter()
        .fold(-5.704_988_7e-3, |sum, coefficient| sum * square + coefficient);
    sum * square * x + x
}
