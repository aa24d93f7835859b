//! Learning rates over a run.

/// The rate of step `step` of `steps`, counted from 0, along half a cosine from `first` to `last`: the first step has
/// `first`, and `last` would be the rate of the one after the last (Loshchilov and Hutter, *SGDR*, 2017, equation 5, with
/// one period). A run without steps stays at `first`.
pub fn cosine(first: f32, last: f32, step: u64, steps: u64) -> f32 {
    let part = step as f64 / steps.max(1) as f64;
    let (first, last) = (f64::from(first), f64::from(last));
    (last + 0.5 * (first - last) * (1.0 + libm::cos(std::f64::consts::PI * part))) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_falls_along_half_a_cosine() {
        assert_eq!(cosine(0.1, 0.01, 0, 100), 0.1);
        assert!((cosine(0.1, 0.01, 50, 100) - 0.055).abs() < 1e-8);
        assert_eq!(cosine(0.1, 0.01, 100, 100), 0.01);
        assert_eq!(cosine(0.1, 0.01, 0, 0), 0.1);
        let rates: Vec<f32> = (0..10).map(|step| cosine(1.0, 0.0, step, 10)).collect();
        assert!(rates.is_sorted_by(|a, b| a > b), "{rates:?}");
    }
}
