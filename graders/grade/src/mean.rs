//! What several scores make together.

/// The mean of `scores`, each with its weight, where a score of 1 is worth `whole`; `None` where nothing has a weight.
///
/// Points are multiplied before they are divided: 57 of 100 are 57 percent, to the last bit.
pub fn weighted_mean(whole: f64, scores: impl IntoIterator<Item = (f64, f64)>) -> Option<f64> {
    let scores = scores.into_iter();
    let (points, weight) =
        scores.fold((0.0, 0.0), |(points, sum), (score, weight)| (points + score * weight, sum + weight));
    (weight > 0.0).then(|| whole * points / weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_count_by_their_weights() {
        check(100.0, &[], None);
        check(100.0, &[(1.0, 0.0)], None);
        check(1.0, &[(1.0, 3.0), (0.0, 1.0)], Some(0.75));
        check(100.0, &[(1.0, 57.0), (0.0, 43.0)], Some(57.0));
    }

    #[track_caller]
    fn check(whole: f64, scores: &[(f64, f64)], expected: Option<f64>) {
        assert_eq!(weighted_mean(whole, scores.iter().copied()), expected);
    }
}
