//! Figures from settings and people, brought to where they mean something.

use std::ops::RangeInclusive;

/// The nearest value in `range`. What is no number is its lower end: a setting that was mistyped must not make every grade
/// of a class NaN.
pub(crate) fn bounded(value: f64, range: RangeInclusive<f64>) -> f64 {
    if value.is_nan() { *range.start() } else { value.clamp(*range.start(), *range.end()) }
}

/// A score from 0 to 100 that was reckoned, without the last bits: 69.99999999999999 is shown as 70.0, and must be called what
/// 70 is called.
pub(crate) fn score(reckoned: f64) -> f64 {
    (bounded(reckoned, 0.0..=100.0) * 1e9).round() / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bits_of_a_score_do_not_decide_its_level() {
        for (reckoned, expected) in [
            (70.0_f64.next_down(), 70.0),
            (70.0_f64.next_up(), 70.0),
            (69.999_999, 69.999_999),
            (f64::NAN, 0.0),
        ] {
            assert_eq!(score(reckoned), expected, "{reckoned}");
        }
    }

    #[test]
    fn whatever_is_given_is_brought_into_range() {
        for (value, expected) in [
            (f64::NAN, 0.0),
            (f64::NEG_INFINITY, 0.0),
            (f64::INFINITY, 100.0),
            (-1.0, 0.0),
            (101.0, 100.0),
            (42.0, 42.0),
        ] {
            assert_eq!(bounded(value, 0.0..=100.0), expected, "{value}");
        }
    }
}
