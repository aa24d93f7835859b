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

/// From one band to the next: what waits for memory takes 2.1 to 3.0 times as long, as the machine's other work has it, and
/// is to have one score.
const BAND: f64 = 2.5;

/// Where the first band ends. Plain loops, which walk down the columns of a weight, take up to one and a half times as long
/// for their fuel: what is an edge should not lie where many are.
const FIRST: f64 = 1.75;

/// How often pairs are drawn again for the interval.
const RESAMPLES: usize = 1_000;

/// What lies outside the interval at either end.
const TAIL: f64 = 0.005;

impl Locality {
    /// From rounds of pairs, and how much more fuel the submission takes. The interval is a bootstrap's over whole rounds
    /// (Kalibera and Jones, *Rigorous Benchmarking in Reasonable Time*, ISMM 2013, §9.3): what is near in time, and what
    /// the same guests did, has the same noise.
    ///
    /// # Panics
    ///
    /// If there is no pair.
    pub fn of(rounds: &[Vec<Pair>], fuel_ratio: f64, draw: &mut Draw) -> Self {
        let log = |pair: &Pair| (pair.own / pair.yardstick / fuel_ratio).ln();
        let logs: Vec<Vec<f64>> = rounds.iter().map(|round| round.iter().map(log).collect()).collect();
        let mut again = || {
            let drawn = (0..logs.len()).flat_map(|_| &logs[draw.below(logs.len() as u64) as usize]);
            median(drawn.copied().collect())
        };
        let mut medians: Vec<f64> = (0..RESAMPLES).map(|_| again()).collect();
        medians.sort_by(f64::total_cmp);
        let end = (TAIL * RESAMPLES as f64) as usize;
        let interval = [medians[end], medians[RESAMPLES - 1 - end]].map(f64::exp);
        Self { ratio: median(logs.into_iter().flatten().collect()).exp(), interval }
    }

    /// The band that it lies in: 0 below 1.75, and each further one ends two and a half times as far. In doubt it is the lowest that
    /// the interval reaches.
    pub fn band(&self) -> u32 {
        band(self.interval[0])
    }

    /// Whether the interval lies in one band.
    pub fn is_settled(&self) -> bool {
        let [low, high] = self.interval.map(band);
        low == high
    }
}

fn band(ratio: f64) -> u32 {
    let band = (ratio / FIRST).ln() / BAND.ln();
    if band.is_finite() { (1.0 + band.floor()).max(0.0) as u32 } else { 0 }
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

    #[track_caller]
    fn check(ratio: f64, fuel_ratio: f64, band: u32) {
        let mut draw = Draw::new([1; 32]);
        for _ in 0..30 {
            let found = Locality::of(&rounds(ratio, &mut draw), fuel_ratio, &mut draw);
            let [low, high] = found.interval;
            assert!(low <= found.ratio && found.ratio <= high, "{found:?}");
            assert_eq!(found.band(), band, "{found:?}");
        }
    }

    #[test]
    fn a_band_is_kept_whatever_the_machine_does() {
        check(1.0, 1.0, 0);
        check(8.0, 8.0, 0);
        check(1.5, 1.0, 0);
        check(0.3, 1.0, 0);
        check(2.1, 1.0, 1);
        check(3.0, 1.0, 1);
        check(5.2, 1.0, 2);
        check(4.8, 4.0, 0);
    }

    #[test]
    fn an_interval_holds_the_truth() {
        let mut draw = Draw::new([2; 32]);
        let holds = (0..100).filter(|_| {
            let [low, high] = Locality::of(&rounds(2.0, &mut draw), 1.0, &mut draw).interval;
            low <= 2.0 && 2.0 <= high
        });
        assert!(holds.count() >= 95);
    }
}
