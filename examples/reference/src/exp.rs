//! e^x in f32, written so that a loop over it becomes SIMD: no table, no branch, no call.

use std::f32::consts::LOG2_E;

/// Adding it rounds to a whole number, which then stands in the lowest bits: above 2^23 an f32 has no others.
const SHIFT: f32 = 12_582_912.0;

/// ln 2 in two parts: a multiple of the first by any exponent is exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];

/// Below the first e^x is nearer to 0 than to any other f32, from the second on it is above all of them.
const ENDS: [f32; 2] = [-104.0, 89.0];

/// e^x, within one and a half units of the last place; 0, subnormal numbers and infinity where it must be.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    exp_of_sum(x, 0.0)
}

/// e^(x + low) for a `low` that is small beside 1, without the error of adding them.
///
/// x = n ln 2 + r with |r| ≤ ln 2 / 2 (Cody and Waite, "Software manual for the elementary functions", 1980, chapter 6); e^r is
/// the polynomial of `expf` in S. L. Moshier's Cephes library, and 2^n is multiplied in two parts, because n reaches beyond
/// both ends of the exponents that there are.
#[inline(always)]
pub(crate) fn exp_of_sum(x: f32, low: f32) -> f32 {
    // Comparisons that a NaN fails, and so stays one.
    let x = if x < ENDS[0] { ENDS[0] } else { x };
    let x = if x > ENDS[1] { ENDS[1] } else { x };
    let shifted = x * LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    let r = x - n * LN_2[0] - n * LN_2[1] + low;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_2e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 0.166_666_66;
    let p = p * r + 0.5;
    let power = p * (r * r) + r + 1.0;
    let exponent = (shifted.to_bits() as i32).wrapping_sub(SHIFT.to_bits() as i32);
    let half = exponent >> 1;
    power * power_of_two(half) * power_of_two(exponent.wrapping_sub(half))
}

/// 2^n for an n from -126 to 127.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In units of the last place of the right answer.
    #[track_caller]
    fn check(x: f32, low: f32) {
        let (found, expected) = (exp_of_sum(x, low), (f64::from(x) + f64::from(low)).exp());
        // Half the least number there is, where numbers have no relative precision left.
        let unit = (expected * f64::from(f32::EPSILON)).max(1.5e-45);
        let error = (f64::from(found) - expected).abs() / unit;
        assert!(error <= 1.5, "e^({x} + {low}) is {found:e}, which is {error} units from {expected:e}");
    }

    #[test]
    fn powers_are_right_to_the_last_places() {
        for step in 0..1_910_000 {
            check(step as f32 * 1e-4 - 103.0, 0.0);
        }
        for x in [-87.3, -1.0, 0.0, 1e-30, -1e-9, 88.722] {
            check(x, 0.0);
            check(x - 0.1, 3.3e-3);
            check(x, -1e-3);
        }
    }

    #[test]
    fn the_ends_are_where_they_must_be() {
        let found = [f32::NEG_INFINITY, -1e30, -104.0, -0.0, 89.0, 1e30, f32::INFINITY].map(exp);
        assert_eq!(found, [0.0, 0.0, 0.0, 1.0, f32::INFINITY, f32::INFINITY, f32::INFINITY]);
        assert!(exp(f32::NAN).is_nan());
    }
}
