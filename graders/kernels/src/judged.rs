//! An oracle's value together with what it takes to accept an f32 answer: the one place that decides.

use crate::{Wide, bound};

/// An oracle's value together with what it takes to accept an f32 answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The value in f64.
    pub value: Wide,
    /// For every element of the value, in row-major order, the magnitude that the rounding errors of an f32
    /// evaluation scale with: at least 0, and for a sum the sum of absolute values.
    pub gauge: Vec<f64>,
    /// How many terms are summed into an element; 0 where every f32 evaluation gives the same number.
    pub terms: usize,
}

impl Judged {
    /// A value that an answer must equal as a number, so that −0 is 0. Integers small enough to be summed without
    /// rounding make any operation exact.
    pub fn exact(value: Wide) -> Self {
        Self { gauge: vec![0.0; value.data().len()], value, terms: 0 }
    }

    /// Whether `got` is right for the element at row-major offset `index`. NaN never is.
    ///
    /// # Panics
    ///
    /// If there is no such element.
    pub fn accepts(&self, index: usize, got: f32) -> bool {
        self.excess(index, got) <= 1.0
    }

    /// The error of `got`, for the element at row-major offset `index`, as a multiple of the accepted
    /// [`bound`]: accepted up to 1, infinite for NaN and for whatever differs from an exact value.
    ///
    /// Where the value or its bound is out of f32's range, the infinity of its sign has no error, and neither has
    /// anything of that sign within a binade of the largest f32.
    ///
    /// # Panics
    ///
    /// If there is no such element.
    pub fn excess(&self, index: usize, got: f32) -> f64 {
        let value = self.value.data()[index];
        let limit = bound(self.terms, self.gauge[index]);
        let error = (f64::from(got) - value).abs();
        match self.terms {
            0 if got == value as f32 => 0.0,
            0 => f64::INFINITY,
            _ if overflows_alike(value, limit, got) => 0.0,
            // A NaN or infinity in either must not pass for small.
            _ if error.is_finite() && limit.is_finite() => error / limit,
            _ => f64::INFINITY,
        }
    }
}

/// Whether `value` may round to an infinity and `got` is it, or large enough to have just missed it.
fn overflows_alike(value: f64, limit: f64, got: f32) -> bool {
    let may_overflow = value.abs() + limit > f64::from(f32::MAX);
    may_overflow && got.abs() >= f32::MAX / 2.0 && f64::from(got).signum() == value.signum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UNIT_ROUNDOFF;

    fn judged(value: f64, gauge: f64, terms: usize) -> Judged {
        Judged { value: Wide::new([1], vec![value]).unwrap(), gauge: vec![gauge], terms }
    }

    #[test]
    fn the_bound_decides() {
        let max = f32::MAX;
        let check = |(value, gauge, terms): (f64, f64, usize), got: f32, accepted: bool| {
            let judged = judged(value, gauge, terms);
            assert_eq!(judged.accepts(0, got), accepted, "{got} for {judged:?}");
        };
        // One term is allowed 11 units of 2⁻²⁴, which is 5.5 steps of f32 above 1.
        check((1.0, 1.0, 1), 1.0 + 5.0 * f32::EPSILON, true);
        check((1.0, 1.0, 1), 1.0 + 6.0 * f32::EPSILON, false);
        check((1.0, 1.0, 1), f32::NAN, false);
        check((1.0, 1.0, 1), f32::INFINITY, false);
        check((f64::NAN, 1.0, 1), f32::NAN, false);
        check((0.0, f64::NAN, 1), 0.0, false);
        check((0.0, f64::INFINITY, 1), 1.0, false);
        // Subnormal terms may be flushed, one for one.
        check((1e-39, 1e-39, 1), 0.0, true);
        check((3e-38, 3e-38, 1), 0.0, false);
        // Exact operations know one number, with either sign where it is zero.
        check((0.0, 0.0, 0), -0.0, true);
        check((0.5, 0.0, 0), 0.5 + f32::EPSILON, false);
        check((0.5, 0.0, 0), f32::NAN, false);
        check((f64::INFINITY, 0.0, 0), max, false);
        // Beyond f32's range the infinity is right, or what has just missed it.
        check((1e39, 1e39, 2), f32::INFINITY, true);
        check((1e39, 1e39, 2), max, true);
        check((1e39, 1e39, 2), max / 4.0, false);
        check((1e39, 1e39, 2), f32::NEG_INFINITY, false);
        check((-1e39, 1e39, 2), f32::NEG_INFINITY, true);
        check((f64::from(max), 4e38, 2), f32::INFINITY, true);
        check((1e38, 1e38, 2), f32::INFINITY, false);
    }

    #[test]
    fn the_excess_is_a_multiple_of_the_bound() {
        let judged = judged(0.0, 1.0, 4);
        let got = 28.0 * UNIT_ROUNDOFF;
        assert!((judged.excess(0, got as f32) - 2.0).abs() < 1e-6);
    }
}
