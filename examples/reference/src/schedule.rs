//! How the learning rate changes over a run.

use tinytorch::Schedule;

/// The rate of a step of so many, counted from 0. A cosine begins at the optimizer's own rate, and would be at its end
/// one step after the last (Loshchilov and Hutter, "SGDR", 2017, equation 5, with one period).
pub(crate) fn rate(schedule: Schedule, first: f32, step: u64, steps: u64) -> f32 {
    let Schedule::Cosine(last) = schedule else { return first };
    let part = step as f64 / steps.max(1) as f64;
    let (first, last) = (f64::from(first), f64::from(last));
    (last + 0.5 * (first - last) * (1.0 + (std::f64::consts::PI * part).cos())) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_falls_along_half_a_cosine() {
        let cosine = |step, steps| rate(Schedule::Cosine(0.01), 0.1, step, steps);
        assert_eq!(cosine(0, 100), 0.1);
        assert!((cosine(50, 100) - 0.055).abs() < 1e-8);
        assert!(cosine(99, 100) > 0.01 && cosine(100, 100) == 0.01);
        assert_eq!(rate(Schedule::Constant, 0.1, 70, 100), 0.1);
    }
}
