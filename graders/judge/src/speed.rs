//! Fuel as a score: between what plain loops take and what good ones do.

/// Where an effort lies between two others on the same work, by its logarithm: 0 at `plain` and above, 1 at `fast` and
/// below. Fuel's meaning changes with wasmtime; both ends are measured by the same one, and move with it.
///
/// 0 where it is no number, or `fast` is not below `plain`: then nothing can be said in its favour.
pub fn speed(fuel: f64, plain: f64, fast: f64) -> f64 {
    let share = (plain / fuel).ln() / (plain / fast).ln();
    if fast < plain && share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fuel: f64, expected: f64) {
        let found = speed(fuel, 800.0, 100.0);
        assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
    }

    #[test]
    fn a_half_is_the_geometric_mean() {
        check(800.0, 0.0);
        check(1600.0, 0.0);
        check(400.0, 1.0 / 3.0);
        check(200.0, 2.0 / 3.0);
        check(100.0, 1.0);
        check(50.0, 1.0);
        check(0.0, 0.0);
        check(f64::NAN, 0.0);
    }

    #[test]
    fn yardsticks_the_wrong_way_round_measure_nothing() {
        assert!(speed(100.0, 100.0, 100.0) == 0.0 && speed(100.0, 50.0, 100.0) == 0.0);
    }
}
