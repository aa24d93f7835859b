//! The f32 exponential of numbers that are not positive, without calls or branches, so that loops of it vectorise.

/// The logarithm of 2⁻¹²⁶. Below it eˣ is subnormal, and taken for zero: the bound of every operation allows it.
const UNDERFLOW: f32 = -87.336_54;

/// eˣ for `x` ≤ 0 within two units in the last place; 0 where it would be subnormal, NaN for NaN.
///
/// Cody and Waite's reduction to |r| ≤ ½ ln 2 with the polynomial of Moshier's Cephes (`single/expf.c`).
#[inline(always)]
pub(crate) fn exp_nonpositive(x: f32) -> f32 {
    // Adding 1.5·2²³ leaves the nearest integer in the low bits of the sum.
    const TO_INTEGER: f32 = 12_582_912.0;
    let clamped = if x < UNDERFLOW { UNDERFLOW } else { x };
    let shifted = clamped * std::f32::consts::LOG2_E + TO_INTEGER;
    let whole = shifted - TO_INTEGER;
    let r = (clamped - whole * 0.693_359_4) - whole * -2.121_944_4e-4;
    let scale =
        f32::from_bits((shifted.to_bits().wrapping_sub(TO_INTEGER.to_bits()).wrapping_add(127)) << 23);
    if x < UNDERFLOW { 0.0 } else { (polynomial(r) * r * r + r + 1.0) * scale }
}

/// (eʳ − 1 − r) / r² for |r| ≤ ½ ln 2, by Horner's rule.
#[inline(always)]
fn polynomial(r: f32) -> f32 {
    [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5e-1]
        .iter()
        .fold(1.987_569_1e-4, |sum, coefficient| sum * r + coefficient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_within_two_units_in_the_last_place() {
        let worst = (0..=8_733_600u32)
            .map(|i| -(i as f32) * 1e-5)
            .map(|x| (f64::from(exp_nonpositive(x)) / libm::exp(f64::from(x)) - 1.0).abs())
            .fold(0.0, f64::max);
        assert!(worst < 2.0 * f64::from(f32::EPSILON), "{worst:e}");
    }

    #[test]
    fn the_ends_of_the_range_are_exact() {
        for (x, y) in [(0.0, 1.0), (-0.0, 1.0), (-87.4, 0.0), (f32::MIN, 0.0), (f32::NEG_INFINITY, 0.0)] {
            assert_eq!(exp_nonpositive(x), y);
        }
        assert!(exp_nonpositive(f32::NAN).is_nan());
    }
}
