//! Time beside fuel: how much longer work takes than its fuel says, because of where its data lie.
//!
//! Fuel counts operations and is blind to the memory behind them: the same sum over a matrix by its columns takes as much
//! fuel as by its rows, and four times as long. Times say so, but are noise on a machine that others use; beside a yardstick
//! that was timed microseconds before and after, on the same engine, most of the noise is the same and goes away.

use crate::Draw;

/// How long the same work took two components, one after the other, in seconds of processor time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The submission.
    pub own: f64,
    /// The yardstick.
    pub yardstick: f64,
}

/// How much longer work takes than its fuel says, beside a yardstick: 1 is as long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Locality {
    /// The median.
    pub ratio: f64,
    /// Where it lies with a confidence of 99 %.
    pub interval: [f64; 2],
}

/// From one band to the next.
const BAND: f64 = 1.5;

/// How often pairs are drawn again for the interval.
const RESAMPLES: usize = 1_000;

/// What lies outside the interval at either end.
const TAIL: f64 = 0.005;

/// Pairs that are drawn together: what is near in time has the same noise.
const BLOCK: usize = 4;

impl Locality {
    /// From pairs in the order of their times, and how much more fuel the submission takes. The interval is a bootstrap's
    /// over whole blocks (Kalibera and Jones, *Rigorous Benchmarking in Reasonable Time*, ISMM 2013, §9.3).
    ///
    /// # Panics
    ///
    /// If there are fewer pairs than a block.
    pub fn of(pairs: &[Pair], fuel_ratio: f64, draw: &mut Draw) -> Self {
        assert!(pairs.len() >= BLOCK, "{} pairs say nothing", pairs.len());
        let logs: Vec<f64> = pairs.iter().map(|pair| (pair.own / pair.yardstick / fuel_ratio).ln()).collect();
        let blocks: Vec<&[f64]> = logs.chunks(BLOCK).collect();
        let mut again = || {
            let drawn = (0..blocks.len()).map(|_| draw.pick(&blocks));
            median(drawn.flatten().copied().collect())
        };
        let mut medians: Vec<f64> = (0..RESAMPLES).map(|_| again()).collect();
        medians.sort_by(f64::total_cmp);
        let end = (TAIL * RESAMPLES as f64) as usize;
        let interval = [medians[end], medians[RESAMPLES - 1 - end]].map(f64::exp);
        Self { ratio: median(logs).exp(), interval }
    }

    /// The band that it lies in, 0 where it is no worse than the yardstick; each further one is half as long again. In doubt
    /// it is the lowest that the interval reaches.
    pub fn band(&self) -> u32 {
        let [low, _] = self.interval;
        let band = low.ln() / BAND.ln();
        if band.is_finite() { band.round().max(0.0) as u32 } else { 0 }
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let half = numbers.len() / 2;
    if numbers.len() % 2 == 1 { numbers[half] } else { (numbers[half - 1] + numbers[half]) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs on a machine whose speed halves at times, with noise of their own of 3 %, and an interruption now and then.
    fn pairs(ratio: f64, draw: &mut Draw) -> Vec<Pair> {
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
        (0..60).map(pair).collect()
    }

    #[track_caller]
    fn check(ratio: f64, fuel_ratio: f64, band: u32) {
        let mut draw = Draw::new([1; 32]);
        for _ in 0..30 {
            let found = Locality::of(&pairs(ratio, &mut draw), fuel_ratio, &mut draw);
            let [low, high] = found.interval;
            assert!(low <= found.ratio && found.ratio <= high, "{found:?}");
            assert_eq!(found.band(), band, "{found:?}");
        }
    }

    #[test]
    fn a_band_is_kept_whatever_the_machine_does() {
        check(1.0, 1.0, 0);
        check(8.0, 8.0, 0);
        check(1.1, 1.0, 0);
        check(0.3, 1.0, 0);
        check(1.5, 1.0, 1);
        check(4.4, 1.0, 4);
        check(4.4, 4.0, 0);
    }

    #[test]
    fn an_interval_holds_the_truth() {
        let mut draw = Draw::new([2; 32]);
        let holds = (0..100).filter(|_| {
            let [low, high] = Locality::of(&pairs(2.0, &mut draw), 1.0, &mut draw).interval;
            low <= 2.0 && 2.0 <= high
        });
        assert!(holds.count() >= 95);
    }
}
