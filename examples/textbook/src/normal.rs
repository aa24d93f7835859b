//! The standard normal distribution, from its series and its continued fraction.

use std::f64::consts::PI;

/// The density e^(-x^2 / 2) / sqrt(2 pi).
pub(crate) fn density(x: f64) -> f64 {
    (-x * x / 2.0).exp() / (2.0 * PI).sqrt()
}

/// How likely a normal variable is below x: (1 + erf(x / sqrt(2))) / 2.
///
/// Abramowitz and Stegun, "Handbook of mathematical functions", 1964: near 0 the series 26.2.11, whose terms have one sign
/// and do not cancel; further out the continued fraction 26.2.14 for what is left beyond x, so that small tails are right
/// in all their digits, too.
pub(crate) fn below(x: f64) -> f64 {
    if x < -3.0 {
        return beyond(-x);
    }
    if x > 3.0 {
        return 1.0 - beyond(x);
    }
    let mut term = x;
    let mut sum = 0.0;
    let mut k = 1.0;
    while term.abs() > 1e-17 {
        sum += term;
        k += 2.0;
        term *= x * x / k;
    }
    0.5 + density(x) * sum
}

/// How likely it is above an x from 3 on.
fn beyond(x: f64) -> f64 {
    let mut fraction = x;
    for k in (1..=50).rev() {
        fraction = x + f64::from(k) / fraction;
    }
    density(x) / fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(x: f64, expected: f64) {
        let found = below(x);
        assert!((found / expected - 1.0).abs() < 1e-11, "{found:e} is below {x}, not {expected:e}");
    }

    /// The digits are those of mpmath's `ncdf`, with 30 of them.
    #[test]
    fn digits_are_known_in_the_middle_and_in_both_tails() {
        check(0.0, 0.5);
        check(1.0, 0.841_344_746_068_542_9);
        check(-1.0, 0.158_655_253_931_457_07);
        check(-2.5, 0.006_209_665_325_776_135);
        check(-2.999, 0.001_354_336_533_727_107);
        check(-3.001, 0.001_345_472_825_084_966);
        check(-6.0, 9.865_876_450_376_98e-10);
        check(-12.0, 1.776_482_112_077_679e-33);
        check(4.0, 0.999_968_328_758_166_9);
        assert_eq!([below(-1e4), below(1e4)], [0.0, 1.0]);
        assert!(below(f64::NAN).is_nan());
    }
}
