//! Logistic function: `1 / (1 + e⁻ˣ)`, element by element.

use tito_tensor::Tensor;

use crate::{Judged, Wide, elementwise, exp::exp_nonpositive};

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

/// Neither form overflows, and each is exact in the tail where it is used.
fn logistic(x: f64) -> f64 {
    let e = libm::exp(-x.abs());
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// |x|, or the largest number instead of an infinity, so that zero times it is zero.
fn finite(x: f64) -> f64 {
    if x.is_infinite() { f64::MAX } else { x.abs() }
}
