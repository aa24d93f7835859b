//! How numbers are spread: mean, deviation, quartiles, and a histogram.

use serde::Serialize;

/// How numbers are spread.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Spread {
    /// How many there are, at least 1; the denominator of everything here.
    pub n: usize,
    /// The arithmetic mean.
    pub mean: f64,
    /// The standard deviation of the sample, with `n - 1`; `None` of a single number.
    pub deviation: Option<f64>,
    /// The smallest.
    pub min: f64,
    /// A quarter is below it. Quantiles are interpolated linearly, as NumPy and R do by default.
    pub lower_quartile: f64,
    /// Half is below it.
    pub median: f64,
    /// Three quarters are below it.
    pub upper_quartile: f64,
    /// The largest.
    pub max: f64,
}

/// A bar of a histogram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Bin {
    /// The smallest number that belongs to it.
    pub from: f64,
    /// The smallest that does not any more; that of the last one belongs to it.
    pub to: f64,
    /// How many there are.
    pub count: usize,
}

impl Spread {
    /// Of these numbers, in whatever order; `None` of none. What is not finite is left out.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        // Sums in this order are the same to the last bit in whatever order the numbers came.
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let n = sorted.len();
        let mean = (sorted.iter().sum::<f64>() / n as f64).clamp(min, max);
        let squares: f64 = sorted.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = (n > 1).then(|| (squares / (n - 1) as f64).sqrt());
        let [lower_quartile, median, upper_quartile] = [0.25, 0.5, 0.75].map(|part| quantile(&sorted, part));
        Some(Self { n, mean, deviation, min, lower_quartile, median, upper_quartile, max })
    }
}

/// Ten bars of ten points each for scores from 0 to 100.
pub(crate) fn histogram(scores: impl IntoIterator<Item = f64>) -> Vec<Bin> {
    let edges = (0..10).map(|ten| f64::from(ten) * 10.0);
    let mut bins: Vec<_> = edges.map(|from| Bin { from, to: from + 10.0, count: 0 }).collect();
    for score in scores {
        bins[((score / 10.0) as usize).min(9)].count += 1;
    }
    bins
}

/// Of sorted numbers, of which there is at least one.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let at = part * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    below + (above - below) * at.fract()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn figures_are_those_that_a_hand_computes() {
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0, f64::NAN]).expect("there are numbers");
        let expected = Spread {
            n: 4,
            mean: 2.5,
            deviation: Some((5.0_f64 / 3.0).sqrt()),
            min: 1.0,
            lower_quartile: 1.75,
            median: 2.5,
            upper_quartile: 3.25,
            max: 4.0,
        };
        assert_eq!(spread, expected);
        assert_eq!(Spread::of([7.0]).map(|spread| (spread.deviation, spread.median)), Some((None, 7.0)));
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn every_score_has_its_bar() {
        for (score, bar) in [(0.0, 0), (9.99, 0), (10.0, 1), (89.99, 8), (90.0, 9), (100.0, 9)] {
            let counts: Vec<_> = histogram([score]).iter().map(|bin| bin.count).collect();
            assert_eq!(counts.iter().position(|count| *count == 1), Some(bar), "{score}");
        }
    }

    proptest! {
        #[test]
        fn quartiles_are_in_order(values in prop::collection::vec(-1e6..1e6_f64, 1..40)) {
            let spread = Spread::of(values).expect("there are numbers");
            let Spread { min, lower_quartile, median, upper_quartile, max, mean, .. } = spread;
            prop_assert!(min <= lower_quartile && lower_quartile <= median);
            prop_assert!(median <= upper_quartile && upper_quartile <= max);
            prop_assert!((min..=max).contains(&mean));
        }
    }
}
