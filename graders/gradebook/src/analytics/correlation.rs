//! How far two figures of the same people go together.

/// Pearson's correlation, from -1 to 1, of these pairs in whatever order; `None` where one side is always the same. Of a side
/// that is 0 or 1 it is the point-biserial correlation.
pub(crate) fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let mut sorted = pairs.to_vec();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
    let n = sorted.len() as f64;
    let mean = |side: fn(&(f64, f64)) -> f64| sorted.iter().map(side).sum::<f64>() / n;
    let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let [xx, yy, xy] = sorted.iter().fold([0.0; 3], |[xx, yy, xy], pair| {
        let (dx, dy) = (pair.0 - x, pair.1 - y);
        [xx + dx * dx, yy + dy * dy, xy + dx * dy]
    });
    let varies = |squares: f64| squares > n * SAME * SAME;
    (varies(xx) && varies(yy)).then(|| (xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0))
}

/// Deviations up to here are what rounding leaves of equal scores, and would correlate with anything.
const SAME: f64 = 1e-9;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pairs: &[(f64, f64)], expected: Option<f64>) {
        let found = correlation(pairs);
        let is_near = found.zip(expected).map(|(found, expected)| (found - expected).abs() < 1e-12);
        assert!(is_near.unwrap_or(found == expected), "{found:?} is not {expected:?}");
    }

    #[test]
    fn correlations_are_those_that_a_hand_computes() {
        check(&[(0.0, 0.0), (1.0, 2.0), (2.0, 4.0)], Some(1.0));
        check(&[(0.0, 4.0), (1.0, 2.0), (2.0, 0.0)], Some(-1.0));
        check(&[(0.0, 0.2), (1.0, 0.6), (1.0, 0.8), (0.0, 0.4)], Some(0.8 / 0.8_f64.sqrt()));
        check(&[(0.0, 1.0), (1.0, 0.0), (0.0, 0.0), (1.0, 1.0)], Some(0.0));
        check(&[(1.0, 0.2), (1.0, 0.6)], None);
        check(&[(0.0, 0.3), (1.0, 0.1 + 0.2)], None);
        check(&[(1.0, 1.0)], None);
        check(&[], None);
    }
}
