//! How far a pair stands out from the other pairs of its task.

use serde::{Deserialize, Serialize};

use crate::space::Sample;

/// With fewer works nothing is calibrated: a median of some few pairs says nothing of the next.
pub(crate) const LEAST_WORKS: usize = 20;

/// Deviations from which on a pair is to be reviewed; `tests/similarity` shows what it finds and misses.
pub(crate) const CUT: f64 = 6.0;

/// The least deviation that is believed, on the scale of [`angle`]: where pairs share nothing at all, anything would stand
/// out.
const LEAST_SCALE: f64 = 0.02;

/// What the pairs of a task are like at one level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Calibration {
    /// Works that have enough to be compared.
    pub works: usize,
    /// Pairs of them that may be paired.
    pub pairs: usize,
    /// The share of the lesser work that the middle pair has in common.
    pub median: f64,
    /// One deviation, in angles: the arcsine of a share's root, which chance moves equally far wherever the share lies.
    pub scale: f64,
    /// Deviations from which on a pair is to be reviewed; `None` with fewer than twenty works.
    pub cut: Option<f64>,
    /// Pairs beyond the cut that chance alone would give if deviations were distributed normally.
    pub expected_by_chance: Option<f64>,
}

/// By what pairs of one level are judged.
pub(crate) struct Scale {
    pub(crate) calibration: Calibration,
    /// By work the angle that it usually has with others.
    usual: Vec<f64>,
}

impl Scale {
    /// Of so many works. A deviation is 1.4826 times the median distance of pairs from what is usual for their works.
    pub(crate) fn of(works: usize, sample: &Sample) -> Self {
        let mut angles: Vec<_> = sample.overlaps.iter().map(|(_, _, overlap)| angle(*overlap)).collect();
        let middle = median(&mut angles);
        let mut of_work = vec![Vec::new(); works];
        for (one, other, overlap) in &sample.overlaps {
            of_work[*one].push(angle(*overlap));
            of_work[*other].push(angle(*overlap));
        }
        let usual: Vec<_> = of_work.iter_mut().map(|angles| median(angles)).collect();
        let distance =
            |(one, other, overlap): &(usize, usize, f64)| angle(*overlap) - usual[*one].max(usual[*other]);
        let mut distances: Vec<_> = sample.overlaps.iter().map(|pair| distance(pair).abs()).collect();
        let is_enough = sample.works >= LEAST_WORKS;
        let calibration = Calibration {
            works: sample.works,
            pairs: sample.pairs,
            median: middle.sin().powi(2),
            scale: (1.4826 * median(&mut distances)).max(LEAST_SCALE),
            cut: is_enough.then_some(CUT),
            expected_by_chance: is_enough.then(|| sample.pairs as f64 * beyond(CUT)),
        };
        Self { calibration, usual }
    }

    /// How many deviations a pair has more in common than is usual for whichever of its works usually has more; `None` with
    /// fewer than twenty works. A work that is a little like everybody's is no reason to suspect anybody.
    pub(crate) fn deviations(&self, one: usize, other: usize, overlap: f64) -> Option<f64> {
        let usual = self.usual[one].max(self.usual[other]);
        self.calibration.cut.map(|_| (angle(overlap) - usual) / self.calibration.scale)
    }
}

/// The transformation that makes the variance of a share the same wherever it lies.
fn angle(share: f64) -> f64 {
    share.clamp(0.0, 1.0).sqrt().asin()
}

/// 0 of nothing.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// The share of a normal distribution beyond so many deviations, to a part in a thousand from 2 on: Abramowitz and
/// Stegun, 26.2.12.
fn beyond(z: f64) -> f64 {
    let density = (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt();
    let (a, b) = (1.0 / (z * z), 3.0 / z.powi(4));
    density / z * (1.0 - a + b - 15.0 / z.powi(6))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Deviations of the first pair, of so many works that have this in common, and one pair that has that.
    #[track_caller]
    fn check(works: usize, usual: f64, overlap: f64, expected: Option<f64>) {
        let pairs = (0..works).flat_map(|one| (one + 1..works).map(move |other| (one, other)));
        let of = |(n, (one, other)): (usize, (usize, usize))| {
            // Of two pairs that follow each other one has a little more and one a little less.
            let wave = if n.is_multiple_of(2) { 0.9 } else { 1.1 };
            (one, other, if n == 0 { overlap } else { usual * wave })
        };
        let overlaps: Vec<_> = pairs.enumerate().map(of).collect();
        let scale = Scale::of(works, &Sample { works, pairs: overlaps.len(), overlaps });
        let found = scale.deviations(0, 1, overlap);
        assert!(found.zip(expected).is_none_or(|(a, b)| (a - b).abs() < 0.5), "{found:?} {expected:?}");
        assert_eq!(found.is_some(), expected.is_some());
    }

    #[test]
    fn what_stands_out_is_beyond_the_cut() {
        check(30, 0.1, 0.1, Some(0.0));
        check(30, 0.1, 0.5, Some(22.4));
        check(30, 0.1, 1.0, Some(61.6));
        check(30, 0.5, 1.0, Some(36.8));
        check(19, 0.1, 1.0, None);
    }

    #[test]
    fn the_tail_is_the_normal_one() {
        for (z, share) in [(3.0, 1.349_9e-3), (4.0, 3.167e-5), (6.0, 9.866e-10)] {
            assert!((beyond(z) / share - 1.0).abs() < 0.01, "{z}: {}", beyond(z));
        }
    }
}
