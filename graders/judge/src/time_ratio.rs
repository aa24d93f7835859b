//! Time beside a yardstick's, by its median and an interval.
//!
//! Times are noise on a machine that others use; beside a yardstick that was timed microseconds before and after, on the
//! same engine, most of the noise is the same and goes away. What is left differs between machines and days all the same: sums
//! that wait for one another took less than 1.75 times as long as their fuel says on one day, and 2.1 on another. So it is shown,
//! and never graded.

use crate::Draw;

/// How long the same work took two components, one after the other, in seconds of processor time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The submission.
    pub own: f64,
    /// The yardstick.
    pub yardstick: f64,
}

/// How much longer work takes than a yardstick, for what is counted of both: 1 is as long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeRatio {
    /// The median.
    pub median: f64,
    /// Where it lies with a confidence of 99 %.
    pub interval: [f64; 2],
}

/// How often pairs are drawn again for the interval.
const RESAMPLES: usize = 1_000;

/// What lies outside the interval at either end.
const TAIL: f64 = 0.005;

impl TimeRatio {
    /// From rounds of pairs, and how much more is counted of the submission. The interval is a bootstrap's over whole rounds
    /// (Kalibera and Jones, *Rigorous Benchmarking in Reasonable Time*, ISMM 2013, §9.3): what is near in time, and what
    /// the same guests did, has the same noise.
    ///
    /// # Panics
    ///
    /// If there is no pair.
    pub fn of(rounds: &[Vec<Pair>], counted: f64, draw: &mut Draw) -> Self {
        let log = |pair: &Pair| (pair.own / pair.yardstick / counted).ln();
        let logs: Vec<Vec<f64>> = rounds.iter().map(|round| round.iter().map(log).collect()).collect();
        let mut again = || {
            let drawn = (0..logs.len()).flat_map(|_| &logs[draw.below(logs.len() as u64) as usize]);
            median(drawn.copied().collect())
        };
        let mut medians: Vec<f64> = (0..RESAMPLES).map(|_| again()).collect();
        medians.sort_by(f64::total_cmp);
        let end = (TAIL * RESAMPLES as f64) as usize;
        let interval = [medians[end], medians[RESAMPLES - 1 - end]].map(f64::exp);
        Self { median: median(logs.into_iter().flatten().collect()).exp(), interval }
    }
}

/// The middle of these numbers, of which there is one at least.
pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let half = numbers.len() / 2;
    if numbers.len() % 2 == 1 { numbers[half] } else { (numbers[half - 1] + numbers[half]) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs on a machine whose speed halves at times, with noise of their own of 3 %, and an interruption now and then.
    fn rounds(ratio: f64, draw: &mut Draw) -> Vec<Vec<Pair>> {
        let mut speed = 1.0;
        let pair = |_| {
            if draw.below(10) == 0 {
                speed = draw.pick(&[1.0, 0.5]);
            }
            let mut time = |work: f64| {
                let stop = if draw.below(30) == 0 { 1.0 } else { 0.0 };
                work / speed * (1.0 + 0.03 * draw.normal()) + stop
            };
            Pair { own: time(ratio), yardstick: time(1.0) }
        };
        (0..60).map(pair).collect::<Vec<_>>().chunks(6).map(<[Pair]>::to_vec).collect()
    }

    #[test]
    fn an_interval_holds_the_truth() {
        let mut draw = Draw::new([2; 32]);
        let holds = (0..100).filter(|_| {
            let [low, high] = TimeRatio::of(&rounds(2.0, &mut draw), 1.0, &mut draw).interval;
            low <= 2.0 && 2.0 <= high
        });
        assert!(holds.count() >= 95);
    }
}
